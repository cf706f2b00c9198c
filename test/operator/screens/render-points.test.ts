import assert from "node:assert/strict";
import { test } from "node:test";
import { renderAge } from "../../../operator/screens/render-age.ts";
import { renderPoints } from "../../../operator/screens/render-points.ts";

const now = new Date("2026-11-20T03:20:00Z");

test("lists points as a table and marks the one that latest means", () => {
  const point = { lineage: "kaleem-a1", generation: 1, stores: ["mongo", "redis"], bytes: 24_000_000 };
  const points = [
    {
      ...point,
      id: "20261120T031900Z-0001",
      instant: "2026-11-20T03:19:00.000Z",
      where: ["local" as const],
      latest: true,
      proof: null,
    },
    {
      ...point,
      id: "20261120T020000Z-0002",
      instant: "2026-11-20T02:00:00.000Z",
      where: ["local" as const, "offsite" as const],
      latest: false,
      proof: "proven" as const,
      bytes: null,
    },
  ];
  const newestProven = { local: "20261120T020000Z-0002", offsite: null };
  assert.equal(
    renderPoints({ points, newestProven, notes: ["there is no offsite repository yet"] }, now),
    `  POINT                  AGE     WHERE          PROOF   LINEAGE      SIZE     STORES
* 20261120T031900Z-0001  60 s    local          -       kaleem-a1/1  24.0 MB  mongo redis
  20261120T020000Z-0002  80 min  local offsite  proven  kaleem-a1/1  ?        mongo redis
newest proven: here 20261120T020000Z-0002, off-site none
note: there is no offsite repository yet`,
  );
});

const none = { local: null, offsite: null };

test("says that a point is dated in the future, not that it is new", () => {
  const id = "20261121T032000Z-0001";
  const instant = "2026-11-21T03:20:00.000Z";
  const where = ["local" as const];
  const point = {
    id,
    instant,
    lineage: "kaleem-a1",
    generation: 1,
    stores: ["mongo"],
    bytes: 1,
    where,
    latest: true,
    proof: "failed" as const,
  };
  assert.match(
    renderPoints({ points: [point], newestProven: none, notes: [] }, now),
    /^\* 20261121T032000Z-0001 {2}in 24\.0 h! {2}local {2}failed/m,
  );
  const soon = { ...point, instant: "2026-11-20T03:20:30.000Z" };
  assert.match(renderPoints({ points: [soon], newestProven: none, notes: [] }, now), / {2}0 s {2}local/);
});

test("says so when there is none", () => {
  assert.equal(renderPoints({ points: [], newestProven: none, notes: [] }, now), "no recovery point yet");
});

test("gives a span in the unit that a person would use", () => {
  assert.deepEqual([5, 119, 600, 7_199, 12_600, 864_000].map(renderAge), [
    "5 s",
    "119 s",
    "10 min",
    "120 min",
    "3.5 h",
    "10 d",
  ]);
});
