import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoadFigures } from "../../bench/closed-loop.ts";
import { costOfPoints } from "../../bench/interval-cost.ts";

const load = (acknowledged: number, p50Ms = 10, p99Ms = 20): LoadFigures => ({
  seconds: 30,
  acknowledged,
  notAcknowledged: 0,
  perSecond: acknowledged / 30,
  p50Ms,
  p99Ms,
  maxMs: p99Ms,
});

test("the cost of a point is the work that was not done, shared among the points", () => {
  const windows = [
    { load: load(2700, 11, 40), points: 2 },
    { load: load(2400, 13, 60), points: 2 },
  ];
  const cost = costOfPoints([load(3000), load(3000)], windows);
  assert.equal(cost.points, 4);
  assert.ok(Math.abs(cost.throughputRatio - 0.85) < 1e-9);
  assert.deepEqual(cost.roundRatios, [0.9, 0.8]);
  assert.equal(cost.p50Ratio, 1.2);
  assert.equal(cost.p99Ratio, 2.5);
  assert.equal(cost.maxMs, 60);
  // 60 s of windows, 15 % less done, four points.
  assert.ok(Math.abs(cost.secondsPerPoint - 2.25) < 1e-9);
  assert.ok(Math.abs(cost.shareAtFiveMinutes - 0.0075) < 1e-9);
});

test("windows without points cost nothing", () => {
  const cost = costOfPoints([load(3000)], [{ load: load(3000), points: 0 }]);
  assert.deepEqual([cost.throughputRatio, cost.secondsPerPoint, cost.shareAtFiveMinutes], [1, 0, 0]);
});
