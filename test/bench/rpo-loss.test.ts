import assert from "node:assert/strict";
import { test } from "node:test";
import {
  disagreement,
  drawMoments,
  judgeClaims,
  lossAt,
  summarizeLosses,
  type StoredPoint,
} from "../../bench/rpo-loss.ts";

const points: readonly StoredPoint[] = [
  { id: "a", instant: 10_000, storedAt: 15_000 },
  { id: "b", instant: 40_000, storedAt: 60_000 },
  // Shipped newest first: an older one came later.
  { id: "late", instant: 25_000, storedAt: 62_000 },
];
/** One a second. */
const acknowledged = Array.from({ length: 100 }, (_, second) => second * 1_000);

test("a loss takes what was acknowledged since the newest point that the bucket held just then", () => {
  assert.deepEqual(lossAt(14_999, points, acknowledged), {
    at: 14_999,
    point: null,
    writes: 15,
    seconds: 14.999,
  });
  assert.deepEqual(lossAt(15_000, points, acknowledged), { at: 15_000, point: "a", writes: 6, seconds: 5 });
  assert.deepEqual(lossAt(59_500, points, acknowledged), {
    at: 59_500,
    point: "a",
    writes: 50,
    seconds: 49.5,
  });
  assert.deepEqual(lossAt(63_000, points, acknowledged), { at: 63_000, point: "b", writes: 24, seconds: 23 });
});

test("where nothing was written nothing is lost, however old the point is", () => {
  assert.deepEqual(lossAt(1_000_000, points, [5_000]), { at: 1_000_000, point: "b", writes: 0, seconds: 0 });
  assert.deepEqual(lossAt(1_000, points, []), { at: 1_000, point: null, writes: 0, seconds: 0 });
});

test("a write of the point's own instant counts as lost: it may be in it, or not", () => {
  assert.equal(lossAt(40_000, [{ id: "x", instant: 40_000, storedAt: 40_000 }], acknowledged).writes, 1);
});

test("moments are the same for the same seed, spread over the whole time, and others for another", () => {
  const drawn = drawMoments(7, 1_000, 100, 1_100);
  assert.deepEqual(drawn, drawMoments(7, 1_000, 100, 1_100));
  assert.notDeepEqual(drawn, drawMoments(8, 1_000, 100, 1_100));
  assert.ok(drawn.every((at, index) => at >= 100 && at < 1_100 && at >= (drawn[index - 1] ?? 0)));
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const count = drawn.filter((at) => Math.floor((at - 100) / 100) === tenth).length;
    assert.ok(count > 60 && count < 140, `${count} in tenth ${tenth}`);
  }
});

test("what status said grows older until it says it anew; a claim that was too small is told", () => {
  const losses = [20_000, 30_000, 59_500].map((at) => lossAt(at, points, acknowledged));
  const honest = [{ at: 16_000, seconds: 6 }];
  assert.deepEqual(judgeClaims(losses, honest, 1), { judged: 3, tooSmall: 0, worst: 0 });
  const boasting = [
    { at: 16_000, seconds: 6 },
    { at: 50_000, seconds: 10 },
  ];
  const { tooSmall, worst } = judgeClaims(losses, boasting, 1);
  assert.deepEqual([tooSmall, worst], [1, 30]);
  assert.deepEqual(judgeClaims(losses, [{ at: 17_000, seconds: null }], 1).tooSmall, 0);
  assert.equal(judgeClaims(losses, [{ at: 55_000, seconds: 0 }], 1).judged, 1);
});

test("many losses are told by their quantiles", () => {
  const losses = Array.from({ length: 100 }, (_, index) => ({
    at: 0,
    point: "a",
    writes: index,
    seconds: index + 1,
  }));
  assert.deepEqual(summarizeLosses(losses), { p50: 50, p99: 99, max: 100, mostWrites: 99 });
  assert.throws(() => summarizeLosses([]), RangeError);
});

test("a real loss agrees when the same point came back and no more is gone than was computed", () => {
  const computed = { at: 0, point: "a", writes: 6, seconds: 5 };
  const real = { computed, point: "a", lost: 4, missingBefore: 0 };
  assert.equal(disagreement(real), null);
  assert.match(disagreement({ ...real, point: "b" }) ?? "", /point a was to come back, b came back/);
  assert.match(disagreement({ ...real, lost: 7 }) ?? "", /7 writes are gone, 6 were computed/);
  assert.match(disagreement({ ...real, missingBefore: 1 }) ?? "", /1 writes are gone or altered/);
});
