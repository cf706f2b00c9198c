import assert from "node:assert/strict";
import { test } from "node:test";
import { decideFence } from "../../../operator/stack/fence.ts";

const head = { lineage: "l-1", generation: 3, changedAt: "2026-11-20T03:00:00.000Z" };
const seeded = { lineage: "l-1", generation: 3 };

test("an empty data root beside a head is fenced and never seeded, even on a first install", () => {
  for (const firstInstall of [true, false]) {
    const decision = decideFence({ seeded: null, head, firstInstall });
    assert.deepEqual([decision.fenced, decision.seed], [true, false]);
    assert.match(decision.reason, /lineage l-1, generation 3 .*restore first/);
  }
});

test("a seeded data root serves, with or without a head", () => {
  assert.equal(decideFence({ seeded, head, firstInstall: false }).fenced, false);
  assert.equal(decideFence({ seeded, head: null, firstInstall: false }).seed, false);
});

test("a first install is seeded and serves", () => {
  const decision = decideFence({ seeded: null, head: null, firstInstall: true });
  assert.deepEqual([decision.fenced, decision.seed], [false, true]);
});

test("neither data nor head is refused unless the operator says that it is a first install", () => {
  assert.throws(
    () => decideFence({ seeded: null, head: null, firstInstall: false }),
    /wrong bucket. Check kaleem:offsite in the stack file; if this platform is new, run `npm run up -- --first-install`/,
  );
});
