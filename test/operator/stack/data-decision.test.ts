import assert from "node:assert/strict";
import { test } from "node:test";
import { decideOnData, type DataState } from "../../../operator/stack/data-decision.ts";

const head = { lineage: "l-1", generation: 3, changedAt: "2026-11-20T03:00:00.000Z" };
/** A fresh machine beside an empty bucket, unless said otherwise. */
function decide(state: Partial<DataState>) {
  const fresh = { founded: null, head: null, firstInstall: false, kitGiven: false };
  return decideOnData({ ...fresh, unfinished: null, edgeClosed: true, ...state });
}
const founded = { lineage: "l-1", generation: 3 };

test("an empty data root beside a head is closed and never founded, even on a first install", () => {
  for (const firstInstall of [true, false]) {
    const decision = decide({ founded: null, head, firstInstall });
    assert.deepEqual([decision.closed, decision.found], [true, false]);
    assert.match(decision.reason, /lineage l-1, generation 3 .*restore first/);
  }
});

test("a data root that has a lineage serves, with or without a head", () => {
  assert.equal(decide({ founded, head, firstInstall: false }).closed, false);
  assert.equal(decide({ founded, head: null, firstInstall: false }).found, false);
});

test("a first install is founded and serves", () => {
  const decision = decide({ founded: null, head: null, firstInstall: true });
  assert.deepEqual([decision.closed, decision.found], [false, true]);
});

test("neither data nor head is refused unless the operator says that it is a first install", () => {
  assert.throws(
    () => decide({ founded: null, head: null, firstInstall: false }),
    /wrong bucket. Check kaleem:offsite in the stack file; if this platform is new, run `npm run up -- --first-install`/,
  );
});

const unfinished = { id: "20261120T032000Z-from-p1", phase: "verify" } as const;

test("while a restore is unfinished the platform stays closed, whatever data root and bucket say", () => {
  for (const state of [{}, { founded }, { head }, { founded, head }, { firstInstall: true }]) {
    const decision = decide({ ...state, unfinished });
    assert.deepEqual([decision.closed, decision.found], [true, false]);
    assert.equal(
      decision.reason,
      'restore 20261120T032000Z-from-p1 is unfinished on this host (at "verify"), so the platform stays closed: ' +
        "repeat `npm run restore` to go on, or choose another point with --at … --from-scratch",
    );
  }
});

test("what somebody has opened since, by the agent, is not closed again; without a lineage it is", () => {
  assert.equal(decide({ founded, unfinished, edgeClosed: false }).closed, false);
  assert.equal(decide({ unfinished, edgeClosed: false }).closed, true);
});

test("with a recovery kit an empty data root is never founded, even on a first install", () => {
  for (const firstInstall of [true, false]) {
    const decision = decide({ firstInstall, kitGiven: true });
    assert.deepEqual([decision.closed, decision.found], [true, false]);
    assert.match(
      decision.reason,
      /a recovery kit was given: .* so no empty lineage is founded\. Run `npm run restore`/,
    );
  }
  assert.match(decide({ head, kitGiven: true }).reason, /restore first$/);
  assert.equal(decide({ founded, kitGiven: true }).closed, false);
});
