import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodes } from "../../../contract/exit-codes.ts";
import { exitCodeOf } from "../../../operator/command-line.ts";
import { renderPlan, renderRestoreEvent } from "../../../operator/screens/render-restore.ts";
import { planStackRestore, restoreStack, RestoreRefused } from "../../../operator/agent/restore-stack.ts";
import type { RestoreEvent } from "../../../recovery/restore/journal/event.ts";
import { planRestore } from "../../../recovery/restore/plan/plan.ts";
import type { RestoreReport } from "../../../recovery/restore/report/report.ts";
import { composeReport } from "../../../recovery/restore/report/record-report.ts";
import { beginJournal } from "../../../recovery/restore/journal/begin-journal.ts";
import { findings, request } from "../../recovery/restore/phases/findings-fixture.ts";
import { FakeRemote } from "../ssh/fake-remote.ts";

function plan() {
  const planned = planRestore(findings(), request());
  assert.ok(!Array.isArray(planned));
  return planned;
}
const report: RestoreReport = composeReport(
  beginJournal(plan(), new Date("2026-11-20T03:20:00Z")),
  null,
  "2026-11-20T03:21:00.000Z",
);
const lines = (...events: RestoreEvent[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join("");

test("sends the request on stdin, tells each event, and gives the report", async () => {
  const host = new FakeRemote();
  host.stdout = lines(
    { event: "begun", plan: plan(), resumed: false },
    { event: "phase-started", phase: "fetch" },
    { event: "report", report },
  );
  const seen: string[] = [];
  const got = await restoreStack({
    host,
    request: { from: "offsite" },
    onEvent: ({ event }) => seen.push(event),
  });
  assert.deepEqual(got, report);
  assert.deepEqual(seen, ["begun", "phase-started", "report"]);
  assert.deepEqual(host.calls[0]?.argv, ["/usr/local/bin/kaleem-agent", "restore"]);
  assert.deepEqual(JSON.parse(host.calls[0].stdin), request({ from: "offsite" }));
});

test("gives the report of a restore that failed, too", async () => {
  const host = new FakeRemote();
  const failure = { phase: "verify" as const, sentence: "s", next: "n" };
  host.stdout = lines({ event: "report", report: { ...report, verdict: "failed", failure, exitCode: 30 } });
  host.exitCode = 30;
  assert.equal((await restoreStack({ host, request: {} })).exitCode, 30);
});

test("throws every reason of a refused restore, with its exit code", async () => {
  const host = new FakeRemote();
  host.stdout = lines({
    event: "refused",
    refusals: [
      { code: "founded", sentence: "restore: founded." },
      { code: "no-point", sentence: "restore: none." },
    ],
  });
  host.exitCode = exitCodes.noPoint;
  await assert.rejects(restoreStack({ host, request: {} }), (error) => {
    assert.ok(error instanceof RestoreRefused);
    assert.equal(error.message, "restore: founded.\nrestore: none.");
    assert.equal(exitCodeOf(error), exitCodes.noPoint);
    return true;
  });
});

test("an agent that ends without a report is an error, not a success", async () => {
  await assert.rejects(
    restoreStack({ host: new FakeRemote(), request: {} }),
    /ended without a report\. Repeat the same restore/,
  );
});

test("an agent that dies midway passes its own words and exit code on", async () => {
  const host = new FakeRemote();
  host.stdout = lines({ event: "begun", plan: plan(), resumed: false });
  host.exitCode = 3;
  host.stderr = "/etc/kaleem/agent.json does not exist";
  await assert.rejects(restoreStack({ host, request: {} }), (error) => exitCodeOf(error) === 3);
});

test("asks only for the plan when only the plan is wanted", async () => {
  const host = new FakeRemote();
  host.stdout = lines({ event: "planned", plan: plan() });
  assert.deepEqual(await planStackRestore({ host, request: {} }), plan());
  assert.equal((JSON.parse(host.calls[0]?.stdin ?? "{}") as { planOnly: boolean }).planOnly, true);
});

test("shows a plan with each phase's estimate, and why a phase is left out", () => {
  const text = renderPlan(plan());
  assert.match(
    text,
    /^Restore of prod from point 20261120T031000Z-77c1 \(2026-11-20T03:10:00\.000Z, offsite, 24\.0 MB\), about 4 min$/m,
  );
  assert.match(text, /^ {2}fetch {12}~5 s {2}unpack and check the point from s3:\/\/kaleem-backup\/points$/m);
  assert.match(text, /^ {2}safety-point left out {2}the data root has no lineage: nothing here to save$/m);
});

test("shows a running phase with what, how long and how much, and a finished one with its rate", () => {
  assert.deepEqual(renderRestoreEvent({ event: "phase-started", phase: "fetch" }, plan()), [
    "  … fetch: unpack and check the point from s3://kaleem-backup/points (~5 s, 24.0 MB)",
  ]);
  const finished = {
    event: "phase-finished",
    phase: "fetch",
    state: "done",
    seconds: 2,
    bytes: 24_000_000,
    detail: "31 files",
  } as const;
  assert.deepEqual(renderRestoreEvent(finished, plan()), [
    "  ✓ fetch           2.0 s  24.0 MB, 12.0 MB/s; 31 files",
  ]);
});
