import assert from "node:assert/strict";
import { test } from "node:test";
import { demandedWrites } from "../../../drill/business/demanded.ts";

const entries = [1, 2, 3, 4].map((seq) => ({
  seq,
  id: `o${seq}`,
  digest: "d".repeat(64),
  acknowledgedAt: `2026-11-20T03:00:0${seq}.000Z`,
}));
const demanded = (offsetMs: number, errorMs: number) =>
  demandedWrites(entries, new Date("2026-11-20T03:00:03.000Z"), { offsetMs, errorMs }).map(({ seq }) => seq);

test("demands what was acknowledged before the instant, by the writer's clock and beyond its doubt", () => {
  assert.deepEqual(demanded(0, 0), [1, 2]);
  assert.deepEqual(demanded(1500, 0), [1]);
  assert.deepEqual(demanded(-1500, 0), [1, 2, 3, 4]);
  assert.deepEqual(demanded(0, 1500), [1]);
});
