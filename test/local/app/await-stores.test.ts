import assert from "node:assert/strict";
import { test } from "node:test";
import { awaitStores } from "../../../local/app/await-stores.ts";
import { Readiness } from "../../../local/app/readiness.ts";
import { StoreError } from "../../../local/app/store-error.ts";
import { MemoryStore } from "./api/memory-stores.ts";

function parts() {
  const mongo = new MemoryStore("mongo");
  const redis = new MemoryStore("redis");
  const said: string[] = [];
  const log = {
    info: (line: unknown) => said.push(String(line)),
    warn: (line: unknown) => said.push(String(line)),
  };
  return { mongo, redis, said, log, readiness: new Readiness([mongo, redis]) };
}
const refusal = new StoreError("mongo", "refused", "mongo refuses the password of user app");

test("waits through an outage longer than the patience for passwords", async () => {
  const { readiness, log, redis, said } = parts();
  redis.trouble = new StoreError("redis", "away", "redis cannot be reached");
  setTimeout(() => (redis.trouble = undefined), 120);
  const result = await awaitStores({ readiness, log, passwordPatienceMs: 30, everyMs: 10 });
  assert.equal(result, undefined);
  assert.deepEqual(said, ["not ready: redis cannot be reached", "everything that is needed answers"]);
});

test("gives up on a password that stays refused, after the patience", async () => {
  const { readiness, log, mongo, said } = parts();
  mongo.trouble = refusal;
  const start = performance.now();
  assert.equal(await awaitStores({ readiness, log, passwordPatienceMs: 60, everyMs: 10 }), refusal);
  assert.ok(performance.now() - start >= 60);
  assert.deepEqual(said, ["not ready: mongo refuses the password of user app"]);
});

test("goes on when the user appears within the patience", async () => {
  const { readiness, log, mongo } = parts();
  mongo.trouble = refusal;
  setTimeout(() => (mongo.trouble = undefined), 30);
  assert.equal(await awaitStores({ readiness, log, passwordPatienceMs: 2000, everyMs: 10 }), undefined);
});

test("stops waiting when the process drains", async () => {
  const { readiness, log, mongo } = parts();
  mongo.trouble = refusal;
  setTimeout(() => {
    readiness.startDraining();
  }, 30);
  assert.equal(await awaitStores({ readiness, log, passwordPatienceMs: 60_000, everyMs: 10 }), undefined);
});
