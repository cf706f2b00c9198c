import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../../../recovery/restore/verify/verify.ts";
import type { Evidence, StoreEvidence } from "../../../../recovery/restore/verify/evidence.ts";
import type { Ledger } from "../../../../recovery/restore/verify/judge-orders.ts";
import { compareVersions } from "../../../../catalog/engine-version.ts";
import { manifest } from "../phases/ports-fixture.ts";

const held = new Map([
  ["a", "1".repeat(64)],
  ["b", "2".repeat(64)],
]);

/** Everything as it must be; tests spoil one answer of one store. */
function evidence(store: "mongo" | "redis", spoiled: Partial<StoreEvidence> = {}): Evidence {
  const good = (name: string): StoreEvidence => ({
    canary: { value: `mark-${name}` },
    version: { value: "8.0.3" },
    image: { value: `registry/${name}@sha256:aa` },
    orders: { value: held },
  });
  const stores = { mongo: good("mongo"), redis: good("redis") };
  return {
    stores: { ...stores, [store]: { ...stores[store], ...spoiled } },
    directories: { mongo: { files: 2, bytes: 16 }, redis: { files: 1, bytes: 13 } },
    inventories: {},
    accept: [],
  };
}

const ledger: Ledger = {
  entries: [
    { seq: 1, id: "a", digest: "1".repeat(64), acknowledgedAt: "2026-11-20T03:09:00.000Z" },
    { seq: 2, id: "b", digest: "2".repeat(64), acknowledgedAt: "2026-11-20T03:09:59.000Z" },
    { seq: 3, id: "c", digest: "3".repeat(64), acknowledgedAt: "2026-11-20T03:10:20.000Z" },
  ],
  clockOffsetMs: 0,
  clockErrorMs: 0,
};

function bad(found: Evidence, orders: Ledger | null = null): string[] {
  return judge(manifest(), found, orders)
    .checks.filter((check) => check.result !== "ok")
    .map((check) => `${check.result}: ${check.sentence}`);
}

test("passes data that is as the manifest says, and says what it looked at", () => {
  const { checks, losses } = judge(manifest(), evidence("mongo"), null);
  assert.deepEqual(
    checks.map((check) => `${check.store} ${check.name} ${check.result}`),
    [
      "mongo canary ok", "mongo version ok", "mongo image ok", "mongo directory mongo ok",
      "redis canary ok", "redis version ok", "redis image ok", "redis directory redis ok",
    ],
  ); // prettier-ignore
  assert.deepEqual(losses, []);
});

test("says how far the stores' copies differ in time, where the point kept it", () => {
  const timed = manifest();
  const { mongo, redis } = timed.stores;
  if (mongo === undefined || redis === undefined) assert.fail("the fixture lacks a store");
  mongo.copiedAt = "2026-11-20T03:10:00.300Z";
  redis.copiedAt = "2026-11-20T03:10:00.720Z";
  const { checks } = judge(timed, evidence("mongo"), null);
  assert.deepEqual(
    checks.filter(({ name }) => name === "time of the copy").map(({ result, sentence }) => `${result} ${sentence}`),
    [
      "ok mongo: time of the copy: at the others' instant",
      "ok redis: time of the copy: 0.4 s after the others' instant",
    ],
  ); // prettier-ignore
  delete redis.copiedAt;
  assert.ok(!judge(timed, evidence("mongo"), null).checks.some(({ store, name }) => store === "redis" && name === "time of the copy")); // prettier-ignore
});

test("a store that holds no order by its nature is not held against the ledger", () => {
  const { checks, losses } = judge(manifest(), evidence("redis", { orders: { value: null } }), ledger);
  assert.ok(checks.every(({ name, store }) => name !== "orders" || store === "mongo"));
  assert.deepEqual(
    losses.map(({ store }) => store),
    ["mongo"],
  );
});

const cases: [title: string, store: "mongo" | "redis", spoiled: Partial<StoreEvidence>, expected: string][] =
  [
    [
      "an absent canary fails",
      "mongo",
      { canary: { value: null } },
      "failed: mongo: canary: expected mark-mongo, there is none",
    ],
    [
      "another point's canary fails",
      "redis",
      { canary: { value: "older" } },
      "failed: redis: canary: expected mark-redis, got older",
    ],
    [
      "an older engine than the point's fails",
      "mongo",
      { version: { value: "7.0.30" } },
      "failed: mongo: version: the point was taken by 8.0.3, 7.0.30 runs now, which is older; deploy 8.0.3 or newer",
    ],
    [
      "versions that cannot be compared fail",
      "redis",
      { version: { value: "unstable" } },
      "failed: redis: version: the point was taken by 8.0.3, unstable runs now, and the two cannot be compared",
    ],
    [
      "a store that does not answer is not made",
      "redis",
      { canary: { why: "connection refused" } },
      "not-made: redis: canary: could not be checked: connection refused",
    ],
  ];
for (const [title, store, spoiled, expected] of cases) {
  test(title, () => assert.deepEqual(bad(evidence(store, spoiled)), [expected]));
}

test("a newer engine and another image are told, not refused", () => {
  const found = evidence("mongo", {
    version: { value: "8.1.0" },
    image: { value: "registry/mongo@sha256:bb" },
  });
  const said = judge(manifest(), found, null).checks.map((check) => check.sentence);
  assert.deepEqual(bad(found), []);
  assert.ok(said.includes("mongo: version: differs: the point was taken by 8.0.3, 8.1.0 runs now"));
  assert.ok(said.some((sentence) => sentence.startsWith("mongo: image: differs:")));
});

test("a store that nobody asked is not made, never passed over", () => {
  const found = { ...evidence("mongo"), stores: {} };
  assert.deepEqual(bad(found), [
    "not-made: mongo: could not be checked: nothing was asked of it",
    "not-made: redis: could not be checked: nothing was asked of it",
  ]);
});

test("directories that were not measured, or hold less, do not pass", () => {
  const found = { ...evidence("mongo"), directories: { redis: { files: 1, bytes: 12 } } };
  assert.deepEqual(bad(found), [
    "not-made: mongo: directory mongo: could not be checked: it was not measured",
    "failed: redis: directory redis: expected 1 files, 13 bytes, got 1 files, 12 bytes",
  ]);
});

test("orders acknowledged before the instant are demanded, later ones counted as lost", () => {
  const { losses } = judge(manifest(), evidence("mongo"), ledger);
  assert.deepEqual(bad(evidence("mongo"), ledger), []);
  assert.deepEqual(losses.map(({ store, lost }) => [store, lost]), [["mongo", 1], ["redis", 1]]); // prettier-ignore
});

test("a missing order is named with its sequence number and id", () => {
  const found = evidence("redis", { orders: { value: new Map([["a", "1".repeat(64)]]) } });
  assert.deepEqual(bad(found, ledger), [
    "failed: redis: orders: of 2 acknowledged before the instant, missing: order 2 (b)",
  ]);
});

test("an edited order is named with its sequence number and id", () => {
  const found = evidence("mongo", { orders: { value: new Map([...held, ["a", "9".repeat(64)]]) } });
  assert.deepEqual(bad(found, ledger), [
    "failed: mongo: orders: of 2 acknowledged before the instant, altered: order 1 (a)",
  ]);
});

test("orders that the store would not give are not made", () => {
  const found = evidence("mongo", { orders: { why: "timed out" } });
  assert.deepEqual(bad(found, ledger), ["not-made: mongo: orders: could not be checked: timed out"]);
});

test("a ledger without an order from before the instant proves nothing", () => {
  const late = { ...ledger, entries: ledger.entries.slice(2) };
  assert.deepEqual(bad(evidence("mongo"), late), [
    "not-made: mongo: orders: could not be checked: the ledger has no order from before the instant",
    "not-made: redis: orders: could not be checked: the ledger has no order from before the instant",
  ]);
});

test("an order may be in the store that the point's manifest names instead, and in no other", () => {
  const moved = manifest();
  const { mongo } = moved.stores;
  if (mongo === undefined) assert.fail("the fixture has no mongo");
  mongo.ordersMayBeIn = "redis";
  const found = evidence("mongo", { orders: { value: new Map([["a", "1".repeat(64)]]) } });
  const orders = judge(moved, found, ledger).checks.find(
    ({ store, name }) => store === "mongo" && name === "orders",
  );
  assert.equal(
    orders?.sentence,
    "mongo: orders: all 2 acknowledged before the instant are there, unaltered: 0 here, 1 in redis, 1 in both; 1 later ones are lost",
  );
  assert.deepEqual(bad(found, ledger), [
    "failed: mongo: orders: of 2 acknowledged before the instant, missing: order 2 (b)",
  ]);
});

test("a store that was to hold orders instead, and is not in the point, was not asked: no proof", () => {
  const moved = manifest();
  const { mongo } = moved.stores;
  if (mongo === undefined) assert.fail("the fixture has no mongo");
  mongo.ordersMayBeIn = "rabbitmq";
  const found = evidence("mongo", { orders: { value: new Map() } });
  const orders = judge(moved, found, ledger).checks.find(
    ({ store, name }) => store === "mongo" && name === "orders",
  );
  assert.deepEqual(
    [orders?.result, orders?.sentence],
    [
      "not-made",
      "mongo: orders: could not be checked: 2 of 2 are not here, and rabbitmq, where they may be instead, gave no answer: the store was not asked",
    ],
  );
});

test("compares versions by number", () => {
  assert.ok((compareVersions("7.0.30", "8.0.3") ?? 0) < 0);
  assert.ok((compareVersions("1.24.0", "1.9") ?? 0) > 0);
  assert.equal(compareVersions("8.0", "8.0.0-debian"), 0);
  assert.equal(compareVersions("unstable", "8"), null);
});
