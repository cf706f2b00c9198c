import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeReads } from "../../../drill/business/judge-reads.ts";
import type { LedgerEntry } from "../../../recovery/business/ledger.ts";
import type { ReadFindings } from "../../../recovery/business/read-back.ts";

const ledger: readonly LedgerEntry[] = [1, 2, 3, 4].map((seq) => ({
  seq,
  id: `w${seq}`,
  digest: "d".repeat(64),
  acknowledgedAt: `2026-11-20T03:00:0${seq}.000Z`,
}));
const of = (...seqs: readonly number[]) => ledger.filter(({ seq }) => seqs.includes(seq));
const findings = (
  missing: readonly number[],
  altered: readonly number[] = [],
  unanswered: readonly number[] = [],
): ReadFindings => ({
  missing: of(...missing),
  altered: of(...altered),
  unanswered: of(...unanswered).map((entry) => ({ entry, reason: "timeout" })),
});
const judge = (reads: Readonly<Record<string, ReadFindings>>) => judgeReads({ checked: 4, reads }, ledger);

test("a write that one read alone lost is lost, and each read says how", () => {
  const { gone, losses, spread } = judge({ stored: findings([4]), listed: findings([3], [4]) });
  assert.deepEqual(
    gone.map(({ entry, how }) => [entry.id, how]),
    [
      ["w3", "missing in listed"],
      ["w4", "missing in stored, altered in listed"],
    ],
  );
  assert.deepEqual(losses, [
    { read: "stored", lost: 1, seconds: 0, newestAt: "2026-11-20T03:00:03.000Z" },
    { read: "listed", lost: 2, seconds: 1, newestAt: "2026-11-20T03:00:02.000Z" },
  ]);
  assert.deepEqual(spread, { seconds: 1, earliest: "listed", latest: "stored" });
});

test("what could not be asked for is neither lost nor found, and counts once", () => {
  const { gone, unanswered, losses } = judge({
    stored: findings([], [], [4]),
    listed: findings([], [], [4]),
  });
  assert.deepEqual([gone.length, unanswered.length], [0, 1]);
  assert.equal(losses[0]?.newestAt, "2026-11-20T03:00:03.000Z");
});

test("a read that lost everything has no newest write, and nothing is lost where all is there", () => {
  const { losses, spread } = judge({ stored: findings([1, 2, 3, 4]), listed: findings([]) });
  assert.deepEqual(
    losses.map(({ lost, seconds, newestAt }) => [lost, seconds, newestAt]),
    [
      [4, 3, null],
      [0, 0, "2026-11-20T03:00:04.000Z"],
    ],
  );
  assert.equal(spread, null);
});
