import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeDrill, type Observations } from "../../drill/judge-drill.ts";
import type { LedgerEntry } from "../../recovery/business/ledger.ts";
import type { JudgedReads } from "../../drill/business/judge-reads.ts";
import type { RestoreReport } from "../../recovery/restore/report/report.ts";

const second = (n: number): string => new Date(Date.UTC(2026, 10, 20, 3, 0, n)).toISOString();
const entry = (seq: number): LedgerEntry => ({
  seq,
  id: `id-${seq}`,
  digest: "d".repeat(64),
  acknowledgedAt: second(seq),
});
const restored = {
  point: { id: "20261120T030005Z-ab12", instant: second(5) },
  verdict: "restored",
  failure: null,
} as unknown as RestoreReport;

const found = (gone: readonly number[], how: string, unanswered: readonly number[] = []): JudgedReads => ({
  gone: gone.map((seq) => ({ entry: entry(seq), how })),
  unanswered: unanswered.map((seq) => ({ entry: entry(seq), reason: "timeout" })),
  losses: [],
  spread: null,
});

/** Ten writes a second apart, the point at 5 s, the loss at 10 s; 6 to 10 came after the point. */
const seen: Observations = {
  ledger: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(entry),
  lostAt: new Date(second(10)),
  clock: { offsetMs: 0, errorMs: 0 },
  data: { status: 503, applicationTasks: 0 },
  restore: restored,
  reads: found([7, 8, 9, 10], "missing in stored"),
  goodAt: new Date(second(40)),
};

test("writes newer than the point may be lost, and are counted", () => {
  assert.deepEqual(judgeDrill(seen), {
    causes: [],
    writes: { acknowledgedBeforeLoss: 10, restored: 6, lostAfterPoint: 4, missingOrAltered: [] },
    rpoSeconds: 5,
  });
});

const red: [string, Partial<Observations>, RegExp][] = [
  [
    "a write acknowledged before the point that is missing",
    { reads: found([3], "missing in stored") },
    /^write 3 \(id-3\): acknowledged before the point, but missing in stored$/,
  ],
  [
    "a write acknowledged before the point that was altered",
    { reads: found([2], "altered in listed") },
    /^write 2 \(id-2\): acknowledged before the point, but altered in listed$/,
  ],
  [
    "a write that could not be asked for",
    { reads: found([], "", [9]) },
    /^1 writes could not be read back: timeout$/,
  ],
  [
    "an empty stack that answers",
    { data: { status: 200, applicationTasks: 0 } },
    /answered 200 instead of 503/,
  ],
  [
    "applications on empty stores",
    { data: { status: 503, applicationTasks: 2 } },
    /^2 application tasks ran/,
  ],
  [
    "a restore that failed",
    {
      restore: {
        ...restored,
        verdict: "failed",
        failure: { phase: "verify", sentence: "canary is gone", next: "-" },
      },
    },
    /^restore failed in phase verify: canary is gone$/,
  ],
  [
    "a platform that was never opened",
    { reads: null },
    /^writes could not be read back: the platform was not opened$/,
  ],
  ["a platform that takes no write", { goodAt: null }, /^no new write was accepted after the restore$/],
  [
    "a ledger that proves nothing",
    { ledger: [6, 7].map(entry) },
    /^nothing was acknowledged before the point: nothing was proven$/,
  ],
];
for (const [what, change, cause] of red) {
  test(`red, with the cause named: ${what}`, () => {
    const { causes } = judgeDrill({ ...seen, ...change });
    assert.equal(causes.length, 1, causes.join("\n"));
    assert.match(causes[0] ?? "", cause);
  });
}

test("the host's clock running ahead does not hide a missing write", () => {
  const clock = { offsetMs: 60_000, errorMs: 0 };
  const restore = {
    ...restored,
    point: { ...restored.point, instant: new Date(Date.parse(second(5)) + 60_000).toISOString() },
  };
  const reads = found([4], "missing in stored");
  assert.equal(judgeDrill({ ...seen, clock, restore, reads }).writes?.missingOrAltered.length, 1);
});

test("without a business check nothing is said of writes, and the restore and the edge alone decide", () => {
  const none = { ...seen, ledger: null, reads: null };
  assert.deepEqual(judgeDrill(none), { causes: [], writes: null, rpoSeconds: 5 });
  assert.deepEqual(judgeDrill({ ...none, goodAt: null }).causes, [
    "the edge did not serve after the restore",
  ]);
});
