import assert from "node:assert/strict";
import { test } from "node:test";
import { edgeCost, edgeNotes, edgeTable, type EdgeRound } from "../../../local/bench/edge-table.ts";

const round = (direct: number, edge: number): EdgeRound => ({
  direct: { perSecond: direct, p50Ms: 2, p99Ms: 4 },
  edge: { perSecond: edge, p50Ms: 3, p99Ms: 4 },
});
const rounds = [round(1000, 900), round(500, 400), round(2000, 1900)];

test("the cost is that of the median round, each compared with itself only", () => {
  assert.equal(edgeCost(rounds).toFixed(3), "0.100");
});

test("the table has both ways and their ratio", () => {
  assert.deepEqual(edgeTable(rounds)[1], [
    "requests a second",
    "500 / 1000 / 2000 ",
    "400 / 900 / 1900 ",
    "0.80 / 0.90 / 0.95 ×",
  ]);
  assert.deepEqual(edgeTable(rounds)[2]?.at(-1), "1.50 / 1.50 / 1.50 ×");
});

test("a cost beyond the limit is said out loud", () => {
  const options = { connections: 16, seconds: 8 };
  assert.match(
    edgeNotes(rounds, options)[1] ?? "",
    /costs 10\.0 % of the throughput; under the limit of 15\.0 %/,
  );
  assert.match(edgeNotes([round(1000, 800)], options)[1] ?? "", /costs 20\.0 % .*; NOT under the limit/);
});
