import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { decideOnData, firstInstall, type DataState } from "../../../operator/stack/data-decision.ts";

const head = {
  stack: "prod",
  lineage: "l-1",
  generation: 3,
  host: "host-old",
  changedAt: "2026-11-20T03:00:00.000Z",
};
/** A fresh machine beside an empty bucket, unless said otherwise. */
function decide(state: Partial<DataState>) {
  const fresh = { stack: "prod", founded: null, founding: null, shipped: false, head: null, points: false };
  const said = { firstInstall: false, emulated: false, kitGiven: false };
  return decideOnData({ ...fresh, ...said, unfinished: null, edgeClosed: true, ...state });
}
const founded = { lineage: "l-1", generation: 3 };
const unfinished = { id: "20261120T032000Z-from-p1", phase: "verify" } as const;

test("an empty data root beside a head is closed and never founded, on an emulated machine too", () => {
  for (const emulated of [true, false]) {
    const decision = decide({ head, emulated });
    assert.deepEqual([decision.closed, decision.found, decision.firstPoint], [true, false, false]);
    assert.match(decision.reason, /lineage l-1, generation 3 .*restore first/);
  }
});

test("so is one beside points without a head", () => {
  for (const emulated of [true, false]) {
    const decision = decide({ points: true, emulated });
    assert.deepEqual([decision.closed, decision.found], [true, false]);
    assert.match(decision.reason, /the bucket has points, though no head record: restore first$/);
  }
});

test("a data root that has a lineage serves, with or without a head, whatever is said of a first install", () => {
  for (const state of [{ head }, {}, { head, firstInstall: true }, { points: true, firstInstall: true }]) {
    const decision = decide({ founded, ...state });
    assert.deepEqual([decision.closed, decision.found], [false, false]);
  }
});

test("a first install is founded, serves, and gets a first point; an emulated machine needs no word for it", () => {
  for (const said of [{ firstInstall: true }, { emulated: true }]) {
    const decision = decide(said);
    assert.deepEqual([decision.closed, decision.found, decision.firstPoint], [false, true, true]);
    assert.deepEqual(firstInstall(decision), { KALEEM_FIRST_INSTALL: "true" });
  }
  assert.deepEqual(firstInstall(decide({ founded })), {}, "once founded, the file alone counts");
});

const refusals: readonly [Partial<DataState>, number, string][] = [
  [
    { head },
    exitCodes.alreadyFounded,
    "the bucket's head is lineage l-1, generation 3 (2026-11-20T03:00:00.000Z)",
  ],
  [{ points: true }, exitCodes.alreadyFounded, "the bucket holds recovery points"],
  [{ kitGiven: true }, exitCodes.alreadyFounded, "a recovery kit was given"],
  [
    { unfinished, head },
    exitCodes.restoreUnfinished,
    'restore 20261120T032000Z-from-p1 is unfinished on this host (at "verify"); the bucket\'s head is lineage l-1, generation 3 (2026-11-20T03:00:00.000Z)',
  ],
];
for (const [state, exitCode, reasons] of refusals) {
  test(`a first install is refused: ${reasons.slice(0, 40)}`, () => {
    assert.throws(
      () => decide({ ...state, firstInstall: true }),
      (error) => {
        assert.ok(error instanceof RecoveryError);
        assert.equal(error.exitCode, exitCode);
        assert.equal(
          error.message,
          `up: this is no first install: ${reasons}. Nothing was changed. Leave out --first-install, and take kaleem:firstInstall out of ` +
            "the stack file: the platform then comes up closed, for its data to be restored. Or configure another bucket or prefix.",
        );
        return true;
      },
    );
  });
}

test("neither data nor head is refused unless the operator says that it is a first install", () => {
  assert.throws(
    () => decide({}),
    /wrong bucket. Check kaleem:offsite in the stack file; if this platform is new, run `\.\/kaleem up --first-install`, or set kaleem:firstInstall/,
  );
});

test("while one store is being restored nothing is declared that would start it as its service", () => {
  assert.throws(() => decide({ founded, unfinished: { ...unfinished, store: "redis" }, edgeClosed: false }), {
    exitCode: 23,
    message:
      'up: restore 20261120T032000Z-from-p1 of redis is unfinished on this host (at "verify"): its service would be started on data that was not verified. Nothing was changed. Go on with ./kaleem restore --service redis, or put back what was there with ./kaleem restore --undo.',
  });
});

test("while a restore is unfinished the platform stays closed, whatever data root and bucket say", () => {
  for (const state of [{}, { founded }, { head }, { founded, head }, { emulated: true }]) {
    const decision = decide({ ...state, unfinished });
    assert.deepEqual([decision.closed, decision.found], [true, false]);
    assert.equal(
      decision.reason,
      'restore 20261120T032000Z-from-p1 is unfinished on this host (at "verify"), so the platform stays closed: ' +
        "repeat `./kaleem restore` to go on, or choose another point with --at … --from-scratch",
    );
  }
});

test("what somebody has opened since, by the agent, is not closed again; without a lineage it is", () => {
  assert.equal(decide({ founded, unfinished, edgeClosed: false }).closed, false);
  assert.equal(decide({ unfinished, edgeClosed: false }).closed, true);
});

test("with a recovery kit an empty data root is never founded", () => {
  const decision = decide({ emulated: true, kitGiven: true });
  assert.deepEqual([decision.closed, decision.found], [true, false]);
  assert.match(
    decision.reason,
    /a recovery kit was given: .* so no empty lineage is founded\. Run `\.\/kaleem restore`/,
  );
  assert.match(decide({ head, kitGiven: true }).reason, /restore first$/);
  assert.equal(decide({ founded, kitGiven: true }).closed, false);
});

/** What a run of a first install leaves that is killed at this moment → what the next one decides, without a word and with it. */
const founding = { lineage: "prod-1", host: "host-new" };
const own = {
  stack: "prod",
  lineage: "prod-1",
  generation: 1,
  host: "host-new",
  changedAt: "2026-11-20T03:00:00.000Z",
};
const killed: readonly [when: string, left: Partial<DataState>, found: boolean, firstPoint: boolean][] = [
  ["after its intention", { founding }, true, true],
  ["after the head", { founding, head: own }, true, true],
  ["after the lineage", { founding, head: own, founded: { lineage: "prod-1", generation: 1 } }, false, true],
  [
    "after the edge",
    { head: own, founded: { lineage: "prod-1", generation: 1 }, edgeClosed: false },
    false,
    true,
  ],
  [
    "after the first point was shipped",
    { head: own, founded: { lineage: "prod-1", generation: 1 }, shipped: true },
    false,
    false,
  ],
];
for (const [when, left, found, firstPoint] of killed) {
  test(`a first install that was killed ${when} is gone on with`, () => {
    for (const said of [{}, { firstInstall: true }, { emulated: true }]) {
      const decision = decide({ ...left, ...said });
      assert.deepEqual([decision.closed, decision.found, decision.firstPoint], [false, found, firstPoint]);
    }
  });
}

test("another host's head, or that of a later generation, is no first install of this one's", () => {
  for (const other of [
    { ...own, host: "host-old" },
    { ...own, generation: 2 },
    { ...own, lineage: "prod-2" },
  ])
    assert.equal(decide({ founding, head: other }).closed, true);
});

test("a restored platform takes its first point itself", () => {
  assert.equal(decide({ founded, shipped: false }).firstPoint, false);
});

test("the bucket of another stack is refused before anything is done, whatever is on the host and was said", () => {
  const message =
    "up: the bucket that kaleem:offsite names is stack prod's, not staging's: its head is lineage l-1, generation 3 " +
    "(2026-11-20T03:00:00.000Z). Nothing was changed. Give staging a bucket or a prefix of its own; a lost prod comes back by " +
    "./kaleem recover --stack prod --host USER@ADDRESS.";
  for (const state of [
    {},
    { firstInstall: true },
    { founded: { lineage: "l-2", generation: 1 } },
    { unfinished },
  ])
    assert.throws(() => decide({ ...state, head, stack: "staging" }), {
      message,
      exitCode: exitCodes.config,
    });
});

test("an emulated stack may take the place of another one, and a lineage stays its host's under whatever name", () => {
  assert.equal(decide({ head, stack: "local-2", emulated: true }).closed, true);
  assert.equal(decide({ head, stack: "staging", founded }).closed, false);
});
