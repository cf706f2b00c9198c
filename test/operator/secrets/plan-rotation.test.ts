import assert from "node:assert/strict";
import { test } from "node:test";
import { catalog } from "../../catalog/sample-catalog.ts";
import type { ServiceDefinition } from "../../../catalog/definition.ts";
import { planRotation } from "../../../operator/secrets/plan-rotation.ts";

test("an unknown name is refused with the list of those that there are", () => {
  assert.throws(
    () => planRotation("redis-pasword", catalog),
    /^Error: secrets: there is no secret "redis-pasword"\. Secrets: mongo-root-password, .*offsite-secret-access-key, job-ping-url, edge-tls-key\.$/,
  );
});

test("a user's password changes while everything runs: no step stops a store", () => {
  for (const name of ["mongo", "redis", "rabbitmq", "minio"]) {
    const plan = planRotation(`${name}-app-password`, catalog);
    assert.deepEqual(plan.steps, [
      "write into the configuration",
      "up",
      "prove",
      "point and ship",
      "off-site stack file",
    ]);
    assert.deepEqual(plan.store, { name, secret: "app-password" });
    assert.match(plan.cost, /^Nothing stops/);
  }
});

test("what nobody logs in with is not tried at the store", () => {
  for (const name of ["mongo-keyfile", "rabbitmq-erlang-cookie"]) {
    const { steps, cost } = planRotation(name, catalog);
    assert.ok(!steps.includes("prove"), name);
    assert.match(cost, /is stopped and started once/);
  }
  assert.ok(planRotation("rabbitmq-admin-password", catalog).steps.includes("prove"));
});

test("an administrator that the store keeps is changed in it before its task is replaced, and the cost is said", () => {
  const plan = planRotation("mongo-root-password", catalog);
  assert.deepEqual(plan.steps.slice(0, 3), ["write into the configuration", "set in the store", "up"]);
  assert.match(
    plan.cost,
    /^mongo is stopped and started once; it has one replica, so requests wait a few seconds, /,
  );
  assert.ok(!planRotation("redis-password", catalog).steps.includes("set in the store"));
});

test("a key that a store learns when it starts is taken beside the former one, until all runs with the new one", () => {
  const plan = planRotation("qdrant-api-key", catalog);
  const change = ["write into the configuration", "up", "remove the former one", "prove"];
  assert.deepEqual(plan.steps, [...change, "point and ship", "off-site stack file"]);
  assert.equal(plan.keptAs, "qdrant-former-api-key");
  assert.match(
    plan.cost,
    /^qdrant is stopped and started twice; it has one replica, so requests wait a few seconds, /,
  );
});

test("the repositories open with both passwords until the stack file off-site has the new one", () => {
  const { steps } = planRotation("restic-password", catalog);
  const at = (step: (typeof steps)[number]) => steps.indexOf(step);
  assert.ok(at("add to the repositories") < at("write into the configuration"));
  assert.ok(at("off-site stack file") < at("remove from the repositories"));
});

test("the bucket's keys change together, and are tried before anything is changed", () => {
  const plan = planRotation("offsite-secret-access-key", catalog);
  assert.deepEqual(plan.names, ["offsite-access-key-id", "offsite-secret-access-key"]);
  assert.equal(plan.steps[0], "probe the given keys");
  assert.match(plan.cost, /revoke them where they were issued, afterwards/);
});

test("the edge's key is refused with what to do instead", () => {
  assert.throws(
    () => planRotation("edge-tls-key", catalog),
    /belongs to a certificate\. Set both .* and run up/,
  );
});

test("a secret that its definition never rotates is refused with the definition's reason", () => {
  const [mongo] = catalog;
  const never: ServiceDefinition = {
    ...(mongo as ServiceDefinition),
    rotation: { "mongo-keyfile": "never: what it has encrypted could not be read any more" },
  };
  assert.throws(
    () => planRotation("mongo-keyfile", [never]),
    /mongo-keyfile is not rotated: what it has encrypted could not be read any more$/,
  );
});

test("every rotation ends with a point, its shipping, and the stack file off-site", () => {
  for (const name of ["mongo-app-password", "redis-password", "restic-password", "offsite-access-key-id"]) {
    const steps = planRotation(name, catalog).steps.filter((step) => step !== "remove from the repositories");
    assert.deepEqual(steps.slice(-2), ["point and ship", "off-site stack file"], name);
  }
});

test("a secret that applications bring along changes by an update of theirs; one that was issued is changed elsewhere", () => {
  const plan = planRotation("webhooks-signing-key", catalog);
  assert.deepEqual(plan.steps, [
    "write into the configuration",
    "up",
    "point and ship",
    "off-site stack file",
  ]);
  assert.equal(plan.store, null);
  assert.match(plan.cost, /^Nothing stops: the applications that have it are updated/);
  const [shop] = catalog.filter(({ name }) => name === "api");
  assert.ok(shop);
  const issued = {
    ...shop,
    secrets: { token: "shop-token" },
    secretForms: { "shop-token": "credential" },
  } as const;
  assert.throws(() => planRotation("shop-token", [...catalog, issued]), {
    message:
      "secrets: shop-token is not rotated here: somebody else issued it. Change it there, set it with pulumi config set --secret shop-token, and run up: " +
      "the applications that have it are updated, new tasks first.",
  });
});
