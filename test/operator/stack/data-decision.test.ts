import assert from "node:assert/strict";
import { test } from "node:test";
import { decideOnData } from "../../../operator/stack/data-decision.ts";

const head = { lineage: "l-1", generation: 3, changedAt: "2026-11-20T03:00:00.000Z" };
const founded = { lineage: "l-1", generation: 3 };

test("an empty data root beside a head is closed and never founded, even on a first install", () => {
  for (const firstInstall of [true, false]) {
    const decision = decideOnData({ founded: null, head, firstInstall });
    assert.deepEqual([decision.closed, decision.found], [true, false]);
    assert.match(decision.reason, /lineage l-1, generation 3 .*restore first/);
  }
});

test("a data root that has a lineage serves, with or without a head", () => {
  assert.equal(decideOnData({ founded, head, firstInstall: false }).closed, false);
  assert.equal(decideOnData({ founded, head: null, firstInstall: false }).found, false);
});

test("a first install is founded and serves", () => {
  const decision = decideOnData({ founded: null, head: null, firstInstall: true });
  assert.deepEqual([decision.closed, decision.found], [false, true]);
});

test("neither data nor head is refused unless the operator says that it is a first install", () => {
  assert.throws(
    () => decideOnData({ founded: null, head: null, firstInstall: false }),
    /wrong bucket. Check kaleem:offsite in the stack file; if this platform is new, run `npm run up -- --first-install`/,
  );
});
