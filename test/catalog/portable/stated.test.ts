import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry, Inventory } from "../../../catalog/inventory/inventory.ts";
import { differencesFrom } from "../../../catalog/portable/stated.ts";

const inventory = (entries: Record<string, Entry>): Inventory => ({
  format: 1,
  store: "made-up",
  version: "1",
  takenAt: "2026-01-01T00:00:00.000Z",
  finishedAt: "2026-01-01T00:00:01.000Z",
  entries,
  coverage: { hashed: 0, of: 0, bytes: 0, sampled: false },
  leftOut: [],
});
const digest = (sum: string) => ({ sum: sum.repeat(64), sample: "all" as const, hashed: 2, bytes: 9 });
const window = (count: number) => ({ from: null, widthMs: 0, count, sum: "0".repeat(64) });

test("a store that is what its file says differs in nothing, whatever else it holds", () => {
  const found = inventory({
    a: { kind: "things", count: 2, digest: digest("a") },
    b: { kind: "queues", options: { durable: "true", type: "quorum" } },
    "somebody else's": { kind: "things", count: 9 },
  });
  const stated = [
    { path: "a", kind: "things", count: 2, sum: "a".repeat(64) },
    { path: "b", kind: "queues", options: { durable: "true" } },
  ];
  assert.deepEqual(differencesFrom(stated, found), []);
});

test("what is missing, fewer, more, altered, made in another way or not counted is told", () => {
  const found = inventory({
    fewer: { kind: "things", count: 1 },
    more: { kind: "things", count: 3 },
    altered: { kind: "things", count: 2, digest: digest("b") },
    option: { kind: "queues", options: { durable: "false" } },
    uncounted: { kind: "things", count: null },
  });
  const stated = [
    { path: "missing", kind: "things", count: 2 },
    ...["fewer", "more", "uncounted"].map((path) => ({ path, kind: "things", count: 2 })),
    { path: "altered", kind: "things", count: 2, sum: "a".repeat(64) },
    { path: "option", kind: "queues", options: { durable: "true", type: "quorum" } },
  ];
  assert.deepEqual(differencesFrom(stated, found), [
    "missing: missing",
    "fewer: 1 things, and 2 in the file",
    "more: 3 things, and 2 in the file",
    "uncounted: could not be counted in time",
    "altered: 2 things, of another content than in the file",
    "option: durable is false, and true in the file",
    "option: type is not set, and quorum in the file",
  ]);
});

test("what goes by itself may be gone, no more of it than the file says; and the platform's own may be there", () => {
  const expiring = { path: "a", kind: "keys", count: 5, mayGo: 2 };
  const holds = (count: number, due: number): Inventory =>
    inventory({ a: { kind: "keys", count, goes: { why: "expiry", windows: [window(due)] } } });
  assert.deepEqual(differencesFrom([expiring], holds(3, 2)), []);
  assert.deepEqual(differencesFrom([expiring], holds(3, 0)), []);
  assert.deepEqual(differencesFrom([expiring], holds(2, 0)), ["a: 2 keys, and 5 in the file"]);
  assert.deepEqual(differencesFrom([{ ...expiring, own: 1 }], holds(4, 2)), []);
  assert.deepEqual(differencesFrom([expiring], holds(4, 2)), ["a: 6 keys, and 5 in the file"]);
  assert.deepEqual(differencesFrom([{ path: "b", kind: "keys", count: 2, mayGo: 2 }], inventory({})), []);
});
