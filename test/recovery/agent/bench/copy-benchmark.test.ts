import assert from "node:assert/strict";
import { test } from "node:test";
import { summarizeCopies } from "../../../../recovery/agent/bench/copy-benchmark.ts";

test("gives medians, the worst second pass, and writes with copies as a share of those without", () => {
  const round = (
    ms: number,
  ): { firstMs: number; syncMs: number; secondMs: number; secondScanMs: number } => ({
    firstMs: ms,
    syncMs: ms + 1,
    secondMs: ms * 2,
    secondScanMs: ms / 2,
  });
  const figures = summarizeCopies({
    files: 10,
    bytes: 20,
    fullPassMs: 7.6,
    bigFileExtents: 3,
    rounds: [round(30), round(10), round(20)],
    iopsWithout: [100, 400, 300],
    iopsWith: [200, 150, 900],
  });
  assert.deepEqual(figures, {
    files: 10,
    bytes: 20,
    copies: 3,
    fullPassMs: 8,
    firstPassMs: 20,
    syncMs: 21,
    secondPassMs: 40,
    secondPassWorstMs: 60,
    secondScanMs: 10,
    secondApplyMs: 30,
    bigFileExtents: 3,
    iopsWithout: 300,
    iopsWith: 200,
    ratio: 0.667,
  });
});
