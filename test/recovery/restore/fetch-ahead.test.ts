import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { exitCodes } from "../../../contract/exit-codes.ts";
import { beforeUp } from "../../../recovery/agent/restore/fetch.ts";
import { execute } from "../../../recovery/restore/execute.ts";
import { fetchAhead, isOnlyFetched } from "../../../recovery/restore/fetch-ahead.ts";
import { beginJournal } from "../../../recovery/restore/journal/begin-journal.ts";
import { restoreEventSchema, type RestoreEvent } from "../../../recovery/restore/journal/event.ts";
import { loadJournal } from "../../../recovery/restore/journal/journal-file.ts";
import type { RestoreJournal } from "../../../recovery/restore/journal/journal.ts";
import { unfinishedRestore } from "../../../recovery/restore/journal/unfinished.ts";
import type { Findings } from "../../../recovery/restore/plan/findings.ts";
import { planRestore } from "../../../recovery/restore/plan/plan.ts";
import type { RestoreReport } from "../../../recovery/restore/report/report.ts";
import { findings, request } from "./phases/findings-fixture.ts";
import { ScratchHost, manifest, nothingAsked } from "./phases/ports-fixture.ts";

const fetched = "fetch snap-20261120T031000Z-77c1";
/** A host whose baseline is there, and no service yet. */
const undeclared: Partial<Findings> = {
  stores: ["mongo", "redis"].map((name) => ({ name, declared: false, running: false })),
  applications: [{ name: "api", declared: false }],
};

let host: ScratchHost;
let events: RestoreEvent[];
beforeEach(async () => {
  const { head } = findings();
  assert.ok(head.state === "ok");
  host = await ScratchHost.make(head.head);
  events = [];
});
afterEach(() => host.remove());

/** The journal of a run, as the agent takes it up. */
async function journalFor(found: Partial<Findings>): Promise<RestoreJournal> {
  const journal = await loadJournal(host.ports);
  const plan = planRestore(findings({ journal, ...found }), request());
  assert.ok(!Array.isArray(plan), JSON.stringify(plan));
  const resumed = journal !== null && journal.plan.id === plan.id;
  return resumed ? { ...journal, plan } : beginJournal(plan, host.ports.host.now());
}

async function fetch(): Promise<void> {
  const hear = (event: RestoreEvent): void => void events.push(restoreEventSchema.parse(event));
  await fetchAhead(await journalFor(beforeUp(findings(undeclared))), host.ports, hear);
}

async function restore(): Promise<RestoreReport> {
  const journal = await journalFor({});
  return execute(journal, host.ports, { asked: nothingAsked, progress: () => undefined });
}

const live = (path: string): string => readFileSync(join(host.root, "live", path), "utf8");
const staged = (): string => join(host.root, "incoming");

test("a plan needs no services before they are declared; the restore itself does", () => {
  assert.ok(!Array.isArray(planRestore(beforeUp(findings(undeclared)), request())));
  const refused = planRestore(findings(undeclared), request());
  assert.deepEqual(Array.isArray(refused) ? refused.map(({ code }) => code) : [], ["not-up"]);
});

test("fetches before there are stores: locks no data, closes nothing, and the restore goes on from it", async () => {
  await fetch();
  assert.deepEqual(host.calls, [fetched]);
  assert.deepEqual(
    events.map((event) => ("phase" in event ? `${event.event} ${event.phase}` : event.event)),
    [
      "phase-started locate",
      "phase-finished locate",
      "phase-started fetch",
      "phase-progress fetch",
      "phase-finished fetch",
    ],
  );
  assert.equal(live("mongo/orders.sqlite"), "present orders", "live data is what it was");
  const journal = await loadJournal(host.ports);
  assert.ok(journal !== null && isOnlyFetched(journal));
  assert.equal(unfinishedRestore(journal)?.phase, "close");
  const report = await restore();
  assert.equal(report.verdict, "restored", JSON.stringify(report.failure));
  assert.deepEqual(
    host.calls.filter((call) => call.startsWith("fetch")),
    [fetched],
    "fetched once",
  );
  assert.deepEqual(host.calls.slice(0, 5), [fetched, "close", "lock", "scale mongo 0", "scale redis 0"]);
  assert.equal(live("mongo/orders.sqlite"), "restored orders");
  assert.equal(report.phases.find(({ name }) => name === "fetch")?.state, "done");
});

test("again, it does nothing; unless what was fetched is gone", async () => {
  await fetch();
  await fetch();
  assert.deepEqual(host.calls, [fetched]);
  await rm(staged(), { recursive: true });
  await fetch();
  assert.deepEqual(host.calls, [fetched, fetched]);
  assert.equal((await restore()).verdict, "restored");
});

test("a fetch that failed, or was killed in its middle, is repeated by the next run and by the restore", async () => {
  for (const next of [fetch, restore]) {
    host.trouble.set(fetched, new Error("the network said no"));
    await assert.rejects(fetch(), /the network said no/);
    const failed = (await loadJournal(host.ports))?.phases.at(-1);
    assert.deepEqual(
      [failed?.name, failed?.state, failed?.detail],
      ["fetch", "failed", "the network said no"],
    );
    host.trouble.clear();
    await next();
    await rm(staged(), { recursive: true, force: true });
  }
  assert.equal(live("mongo/orders.sqlite"), "restored orders");
});

test("a point that does not match its manifest is refused, and nothing is placed", async () => {
  host.manifest = { ...manifest(), point: "20261120T031000Z-0000" };
  await assert.rejects(fetch(), { exitCode: exitCodes.pointRefused });
  assert.equal(live("mongo/orders.sqlite"), "present orders");
  assert.equal((await restore()).exitCode, exitCodes.pointRefused);
});

test("a restore that has got further is left alone", async () => {
  await fetch();
  host.trouble.set("scale redis 0", new Error("the engine said no"));
  assert.equal((await restore()).failure?.phase, "stop");
  host.trouble.clear();
  await rm(staged(), { recursive: true });
  const calls = [...host.calls];
  await fetch();
  assert.deepEqual(host.calls, calls);
});
