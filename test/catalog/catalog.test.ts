import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { nginx } from "../../components/edge/nginx.ts";
import { catalog } from "./sample-catalog.ts";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { bytes, milliseconds } from "../../catalog/quantities.ts";
import { replicas } from "../../components/services/services.ts";

const all: readonly ServiceDefinition[] = [...catalog, nginx];

test("stores come before what uses them", () => {
  const kinds = catalog.map(({ kind }) => kind);
  assert.deepEqual(kinds, [...kinds].sort());
});

test("names, directories and files are nobody else's", () => {
  const names = all.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const directories = all.flatMap((each) => (each.kind === "stateful" ? Object.values(each.data) : []));
  assert.equal(new Set(directories).size, directories.length);
});

test("no definition knows Pulumi", () => {
  for (const name of [
    "definition",
    "catalog",
    "mongo/mongo",
    "mongo/recovery",
    "redis/redis",
    "redis/recovery",
    "rabbitmq/rabbitmq",
    "rabbitmq/recovery",
    "minio/minio",
    "minio/recovery",
    "qdrant/qdrant",
    "qdrant/recovery",
    "n8n/n8n",
    "n8n/recovery",
    "applications/define-application",
    "applications/with-applications",
  ]) {
    const source = readFileSync(new URL(`../../catalog/${name}.ts`, import.meta.url), "utf8");
    assert.doesNotMatch(source, /from "@pulumi/, name);
  }
});

for (const definition of all) {
  test(`${definition.name}: its definition is complete`, () => {
    assert.match(definition.user ?? "", /^\d+:\d+$/);
    assert.ok(bytes(definition.limits.memory) >= 2 ** 26 && definition.limits.cpus > 0);
    assert.ok(
      milliseconds(definition.stopGrace) >= 10_000,
      "an unset or short grace loses what is in flight",
    );
    const { every, timeout, retries } = definition.health;
    assert.ok(milliseconds(timeout) <= milliseconds(every) && retries >= 2);
    for (const file of Object.values(definition.files ?? {})) assert.ok(existsSync(file), String(file));
  });

  test(`${definition.name}: says how it is recovered, or why it need not be`, () => {
    if (definition.kind === "stateless") {
      assert.match(definition.recovery, /^none: .{10,}/);
      return;
    }
    if (definition.kind === "files") assert.fail("the platform's own keep what they have in stores");
    const { objectives, canary, ...functions } = definition.recovery;
    assert.ok(milliseconds(objectives.rpo) > 0 && milliseconds(objectives.rto) > 0);
    for (const step of ["connect", "close", "version", "setup", "inventory", "resetUsers"] as const) {
      assert.equal(typeof functions[step], "function", step);
    }
    assert.equal(typeof canary.write, "function");
    assert.equal(typeof canary.read, "function");
  });

  test(`${definition.name}: a store is given time to recover from a crash`, () => {
    if (definition.kind === "stateful") assert.ok(milliseconds(definition.health.startPeriod) >= 1_800_000);
  });

  test(`${definition.name}: no password is on a command line or in an environment`, () => {
    const shown = [
      ...(definition.entrypoint ?? []),
      ...(definition.args ?? []),
      ...Object.entries(definition.env ?? {}).flat(),
    ];
    for (const text of shown) assert.doesNotMatch(text, /requirepass|--password/i);
  });
}

test("a closed stack has no application, but its stores", () => {
  const mongo = catalog.find(({ name }) => name === "mongo");
  const api = catalog.find(({ name }) => name === "api");
  assert.ok(mongo && api);
  assert.equal(replicas(api, { memory: "1GiB", cpus: 1, replicas: 3 }, true), 0);
  assert.equal(replicas(api, { memory: "1GiB", cpus: 1, replicas: 3 }, false), 3);
  assert.equal(replicas(api, undefined, false), 2);
  assert.equal(replicas(mongo, undefined, true), 1);
});

test("both workers are one definition but for the port", () => {
  const [one, two] = ["worker-1", "worker-2"].map((name) => catalog.find((each) => each.name === name));
  assert.ok(one && two);
  const alike = (definition: ServiceDefinition) =>
    JSON.stringify(definition)
      .replaceAll(/worker-[12]/g, "worker-N")
      .replaceAll(/910[12]/g, "910N");
  assert.equal(alike(one), alike(two));
  assert.deepEqual([one.ports, two.ports], [{ metrics: 9101 }, { metrics: 9102 }]);
});
