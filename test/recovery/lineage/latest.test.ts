import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { latestPoint } from "../../../recovery/lineage/latest.ts";

const point = (id: string, instant: string, lineage = "ours", generation = 2) => ({
  id,
  instant,
  lineage,
  generation,
});
const old = point("20261101T000000Z-0001", "2026-11-01T00:00:00.000Z", "ours", 1);
const parent = point("20261102T000000Z-0002", "2026-11-02T00:00:00.000Z", "ours", 1);
const after = point("20261103T000000Z-0003", "2026-11-03T00:00:00.000Z", "ours", 1);
const head = {
  lineage: "ours",
  generation: 2,
  parent: { point: parent.id, lineage: "ours", generation: 1 },
};

describe("latestPoint", () => {
  it("is the newest of the head's lineage and generation, in whatever order they are listed", () => {
    const first = point("a", "2026-11-04T00:00:00.000Z");
    const second = point("b", "2026-11-05T00:00:00.000Z");
    assert.equal(latestPoint([second, first, old], head), second);
    assert.equal(latestPoint([first, second, old], head), second);
  });

  it("goes by the number, not by the clock: one dated in the future is the latest until the next is taken", () => {
    const future = { ...point("b", "2027-11-04T00:00:00.000Z"), sequence: 5 };
    const next = { ...point("a", "2026-11-04T00:05:00.000Z"), sequence: 6 };
    const unnumbered = point("c", "2028-01-01T00:00:00.000Z");
    assert.equal(latestPoint([future, unnumbered], head), future);
    assert.equal(latestPoint([next, future, unnumbered], head), next);
    assert.equal(latestPoint([unnumbered, future, next], head), next);
  });

  it("is never a newer point of an empty rebuilt host", () => {
    const own = point("a", "2026-11-04T00:00:00.000Z");
    const rebuilt = point("b", "2026-12-01T00:00:00.000Z", "host-12345678", 0);
    assert.equal(latestPoint([own, rebuilt], head), own);
  });

  it("is never a newer point of a superseded generation, or of another lineage", () => {
    const own = point("a", "2026-11-04T00:00:00.000Z");
    const superseded = point("b", "2026-12-01T00:00:00.000Z", "ours", 1);
    const foreign = point("c", "2026-12-02T00:00:00.000Z", "theirs", 2);
    assert.equal(latestPoint([own, superseded, foreign], head), own);
  });

  it("is the point that the generation grew from while it has none of its own, not that one's successor", () => {
    assert.equal(latestPoint([old, parent, after], head), parent);
  });

  it("is nothing when neither is there", () => {
    assert.equal(latestPoint([old, after], head), null);
    assert.equal(latestPoint([], { ...head, parent: null }), null);
  });
});
