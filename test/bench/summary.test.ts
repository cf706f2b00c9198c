import assert from "node:assert/strict";
import { test } from "node:test";
import { quantile, summarize } from "../../bench/summary.ts";

test("a summary names the smallest, the middle and the largest value, whatever their order", () => {
  assert.deepEqual(summarize([30, 10, 20]), { count: 3, min: 10, median: 20, max: 30 });
});

test("a quantile is a value that was measured, never one in between", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  assert.deepEqual(
    [0, 0.5, 0.99, 1].map((share) => quantile(hundred, share)),
    [1, 50, 99, 100],
  );
  assert.equal(quantile([10, 20], 0.5), 10);
});

test("nothing is said of a series without values", () => {
  assert.throws(() => summarize([]), {
    name: "RangeError",
    message: "a series without values has no quantiles",
  });
});
