import assert from "node:assert/strict";
import { test } from "node:test";
import { catalog } from "../../catalog/sample-catalog.ts";
import { planInit, renderInit } from "../../../operator/secrets/plan-init.ts";
import { listSecrets, renderSecretList } from "../../../operator/secrets/secret-list.ts";

const given = ["offsite-access-key-id", "offsite-secret-access-key"];

test("an empty stack gets every secret drawn, and is told the command for those that are issued", () => {
  const plan = planInit(catalog, new Set(), []);
  assert.ok(plan.drawn.includes("mongo-keyfile") && plan.drawn.includes("redis-app-password"));
  assert.deepEqual(plan.toSet, given);
  assert.match(
    renderInit("prod", plan),
    /^ {2}pulumi config set --secret kaleem:offsite-access-key-id --stack prod$/m,
  );
});

test("what is there stays", () => {
  const plan = planInit(catalog, new Set(["mongo-keyfile", given[0] ?? ""]), given);
  assert.deepEqual(plan.kept, ["mongo-keyfile"]);
  assert.ok(!plan.drawn.includes("mongo-keyfile"));
  assert.deepEqual(plan.given, [given[1]]);
});

test("a value for a secret that is drawn, or that there is not, is refused", () => {
  assert.throws(
    () => planInit(catalog, new Set(), ["mongo-keyfile", "no-such"]),
    /secrets: mongo-keyfile, no-such: not among the issued values, which are alert-page-key, .*, offsite-access-key-id, offsite-secret-access-key, job-ping-url, edge-tls-key/,
  );
});

test("the list tells form, rotation, users and what is missing, and no value", () => {
  const secrets = listSecrets(catalog, new Set(["mongo-app-password"]));
  const text = renderSecretList("prod", secrets);
  assert.match(text, /^ {2}mongo-app-password +set +password +live +mongo, api$/m);
  assert.match(text, /^ {2}mongo-root-password +missing +password +restart +mongo$/m);
  assert.match(text, /^ {2}offsite-access-key-id +missing +given +live/m);
  assert.match(text, /are missing: \.\/kaleem secrets init --stack prod$/);
});
