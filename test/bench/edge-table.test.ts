import assert from "node:assert/strict";
import { test } from "node:test";
import { edgeCost, edgeNotes, edgeTable, type EdgeRound } from "../../bench/edge-table.ts";

const round = (direct: number, edge: number): EdgeRound => ({
  direct: { perSecond: direct, p50Ms: 2, p99Ms: 4 },
  edge: { perSecond: edge, p50Ms: 3, p99Ms: 4 },
});
const rounds = [round(1000, 900), round(500, 400), round(2000, 1900)];

test("the cost is that of the median round, each compared with itself only", () => {
  assert.equal(edgeCost(rounds).toFixed(3), "0.100");
});

test("the table has both ways and their ratio, for each kind of request", () => {
  const table = edgeTable({ order: rounds, read: [round(100, 50)] });
  assert.deepEqual(table[1], [
    "orders: requests a second",
    "500 / 1000 / 2000 ",
    "400 / 900 / 1900 ",
    "0.80 / 0.90 / 0.95 ×",
  ]);
  assert.deepEqual(table[2]?.at(-1), "1.50 / 1.50 / 1.50 ×");
  assert.deepEqual([table[4]?.[0], table[4]?.at(-1)], ["reads: requests a second", "0.50 / 0.50 / 0.50 ×"]);
});

test("a cost beyond the limit is said out loud", () => {
  const options = { connections: 16, seconds: 8 };
  const notes = edgeNotes({ order: rounds, read: [round(1000, 800)] }, options);
  assert.match(
    notes[1] ?? "",
    /^Orders .*: the edge costs 10\.0 % of the throughput; under the limit of 15\.0 %/,
  );
  assert.match(notes[2] ?? "", /^Reads .*: the edge costs 20\.0 % .*; NOT under the limit/);
});
