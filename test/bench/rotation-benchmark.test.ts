import assert from "node:assert/strict";
import { test } from "node:test";
import { renderRotations, type MeasuredRotation } from "../../bench/rotation-benchmark.ts";

const orders: MeasuredRotation["orders"] = {
  ...{ sent: 200, acknowledged: 198, failed: 2, unknown: 0, altered: 0, skipped: 0 },
  ...{ p50Ms: 12, p99Ms: 9_500, largestGapMs: 11_064, causes: { "503 mongo is away": 2 } },
  largestGapFrom: new Date("2026-11-22T03:00:00.000Z"),
};

test("a rotation is told by its orders, and what turned them away by its cause", () => {
  const { table, notes } = renderRotations([
    { secret: "mongo-root-password", seconds: 123.6, orders, lost: 0 },
  ]);
  assert.deepEqual(table[1], ["mongo-root-password", "124 s", "200", "198", "9500 ms", "11064 ms"]);
  assert.deepEqual(notes, [
    "Of the acknowledged orders none were missing, altered or unreadable afterwards.",
    "mongo-root-password: 2 × 503 mongo is away",
  ]);
});

test("lost orders are not left unsaid", () => {
  const { notes } = renderRotations([
    { secret: "s", seconds: 1, orders: { ...orders, causes: {} }, lost: 3 },
  ]);
  assert.match(notes[0] ?? "", /^Of the acknowledged orders 3 were missing/);
});
