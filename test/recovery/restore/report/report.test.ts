import assert from "node:assert/strict";
import { notCompared } from "../../../../recovery/restore/verify/judge-inventories.ts";
import { test } from "node:test";
import {
  renderReport,
  restoreReportSchema,
  type RestoreReport,
} from "../../../../recovery/restore/report/report.ts";

const report: RestoreReport = restoreReportSchema.parse({
  version: 1,
  id: "20261120T032000Z-from-20261120T031000Z-77c1",
  stack: "prod",
  host: "host-new",
  point: {
    id: "20261120T031000Z-77c1",
    instant: "2026-11-20T03:10:00.000Z",
    lineage: "kaleem-a1",
    generation: 1,
    from: "offsite",
    snapshot: "s",
    bytes: 24_000_000,
  },
  pointAgeSeconds: 600,
  startedAt: "2026-11-20T03:20:00.000Z",
  finishedAt: "2026-11-20T03:21:00.000Z",
  openedAfterSeconds: 42.25,
  phases: [
    {
      name: "safety-point",
      state: "skipped",
      startedAt: "2026-11-20T03:20:00.000Z",
      seconds: 0,
      bytes: null,
      detail: "without a lineage",
    },
    {
      name: "fetch",
      state: "done",
      startedAt: "2026-11-20T03:20:00.000Z",
      seconds: 4,
      bytes: 24_000_000,
      detail: "31 files, as the manifest says",
    },
  ],
  checks: [
    {
      name: "canary",
      store: "mongo",
      result: "ok",
      sentence: "mongo: canary: m1, as written just before the instant",
    },
  ],
  spreads: { copies: { seconds: 1.3, earliest: "mongo", latest: "minio" } },
  warnings: ["no first point of the new generation yet: disk full"],
  next: { lineage: "kaleem-a1", generation: 2, host: "host-new" },
  verdict: "restored",
  failure: null,
  exitCode: 0,
});

test("says the verdict first, then point, timeline, checks, age and warnings", () => {
  assert.equal(
    renderReport(report),
    `RESTORED AND VERIFIED, open after 42.3 s

  point    20261120T031000Z-77c1 of 2026-11-20T03:10:00.000Z, 10 min old when the restore began, from offsite
  lineage  kaleem-a1, now generation 2 on host-new

  – safety-point    0.0 s  without a lineage
  ✓ fetch           4.0 s  24.0 MB, 6.0 MB/s; 31 files, as the manifest says

  ✓ mongo: canary: m1, as written just before the instant
  RPO      the point was 10 min old: what was written after it is lost
  spread   time of the copy: 1.3 s, from mongo to minio
  warning: no first point of the new generation yet: disk full`,
  );
});

test("a failed restore says why and what next before anything else", () => {
  const failure = {
    phase: "verify" as const,
    sentence: "1 of 2 checks did not pass:\n  mongo: canary: gone",
    next: "Choose another point.",
  };
  const lines = renderReport({
    ...report,
    verdict: "failed",
    failure,
    exitCode: 30,
    openedAfterSeconds: null,
  }).split("\n");
  assert.deepEqual(lines.slice(0, 4), [
    "RESTORE FAILED in phase verify",
    "  1 of 2 checks did not pass:",
    "    mongo: canary: gone",
    "  Next: Choose another point.",
  ]);
});

test("the first line says what was accepted, and what was not compared", () => {
  const check = (name: string) => ({
    name,
    store: "redis",
    result: "accepted" as const,
    sentence: "redis: …",
  });
  const first = (...names: string[]) =>
    renderReport({ ...report, checks: names.map(check) }).split("\n", 1)[0];
  assert.equal(first("inventory"), "RESTORED, with 1 finding accepted, open after 42.3 s");
  const unknown = "without comparing what the stores hold with the point";
  assert.equal(first(notCompared), `RESTORED, ${unknown}, open after 42.3 s`);
  assert.equal(
    first("inventory", "inventory", notCompared),
    `RESTORED, ${unknown} and with 2 findings accepted, open after 42.3 s`,
  );
});

test("a report of an agent that judged orders can still be read", () => {
  const older = {
    ...report,
    losses: [{ store: "mongo", lost: 3, seconds: 12.5, newestOrderAt: "2026-11-20T03:09:59.000Z" }],
    spreads: { orders: { seconds: 0.25, earliest: "redis", latest: "mongo" }, copies: null },
  };
  assert.match(renderReport(restoreReportSchema.parse(older)), /^RESTORED AND VERIFIED/);
});

test("a report of before spreads were measured can still be read, and says nothing of them", () => {
  const older = Object.fromEntries(Object.entries(report).filter(([key]) => key !== "spreads"));
  assert.doesNotMatch(renderReport(restoreReportSchema.parse(older)), /spread/);
});
