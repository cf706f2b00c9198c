import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../../../recovery/restore/verify/verify.ts";
import type { Evidence, StoreEvidence } from "../../../../recovery/restore/verify/evidence.ts";
import { compareVersions } from "../../../../catalog/engine-version.ts";
import { manifest } from "../phases/ports-fixture.ts";

/** Everything as it must be; tests spoil one answer of one store. */
function evidence(store: "mongo" | "redis", spoiled: Partial<StoreEvidence> = {}): Evidence {
  const good = (name: string): StoreEvidence => ({
    canary: { value: `mark-${name}` },
    version: { value: "8.0.3" },
    image: { value: `registry/${name}@sha256:aa` },
  });
  const stores = { mongo: good("mongo"), redis: good("redis") };
  return {
    stores: { ...stores, [store]: { ...stores[store], ...spoiled } },
    directories: { mongo: { files: 2, bytes: 16 }, redis: { files: 1, bytes: 13 } },
    inventories: {},
    accept: [],
  };
}

function bad(found: Evidence): string[] {
  return judge(manifest(), found)
    .checks.filter((check) => check.result !== "ok")
    .map((check) => `${check.result}: ${check.sentence}`);
}

test("passes data that is as the manifest says, and says what it looked at", () => {
  const { checks } = judge(manifest(), evidence("mongo"));
  assert.deepEqual(
    checks.map((check) => `${check.store} ${check.name} ${check.result}`),
    [
      "mongo canary ok", "mongo version ok", "mongo image ok", "mongo directory mongo ok",
      "redis canary ok", "redis version ok", "redis image ok", "redis directory redis ok",
    ],
  ); // prettier-ignore
});

test("says how far the stores' copies differ in time, where the point kept it", () => {
  const timed = manifest();
  const { mongo, redis } = timed.stores;
  if (mongo === undefined || redis === undefined) assert.fail("the fixture lacks a store");
  mongo.copiedAt = "2026-11-20T03:10:00.300Z";
  redis.copiedAt = "2026-11-20T03:10:00.720Z";
  const { checks } = judge(timed, evidence("mongo"));
  assert.deepEqual(
    checks.filter(({ name }) => name === "time of the copy").map(({ result, sentence }) => `${result} ${sentence}`),
    [
      "ok mongo: time of the copy: at the others' instant",
      "ok redis: time of the copy: 0.4 s after the others' instant",
    ],
  ); // prettier-ignore
  delete redis.copiedAt;
  assert.ok(!judge(timed, evidence("mongo")).checks.some(({ store, name }) => store === "redis" && name === "time of the copy")); // prettier-ignore
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
  const said = judge(manifest(), found).checks.map((check) => check.sentence);
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

test("compares versions by number", () => {
  assert.ok((compareVersions("7.0.30", "8.0.3") ?? 0) < 0);
  assert.ok((compareVersions("1.24.0", "1.9") ?? 0) > 0);
  assert.equal(compareVersions("8.0", "8.0.0-debian"), 0);
  assert.equal(compareVersions("unstable", "8"), null);
});
