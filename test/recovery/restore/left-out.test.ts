import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { beginJournal } from "../../../recovery/restore/journal/begin-journal.ts";
import { execute } from "../../../recovery/restore/execute.ts";
import { exitCodes } from "../../../contract/exit-codes.ts";
import type { Findings } from "../../../recovery/restore/plan/findings.ts";
import { planRestore } from "../../../recovery/restore/plan/plan.ts";
import { renderReport, type RestoreReport } from "../../../recovery/restore/report/report.ts";
import { findings, newPoint, request } from "./phases/findings-fixture.ts";
import { nothingAsked, ScratchHost, manifest } from "./phases/ports-fixture.ts";

let host: ScratchHost;

beforeEach(async () => {
  const { head } = findings();
  assert.ok(head.state === "ok");
  host = await ScratchHost.make(head.head);
});
afterEach(() => host.remove());

/** A point that holds n8n as well. */
function withN8n(): void {
  const { stores, ...rest } = manifest();
  const facts = stores["redis"];
  assert.ok(facts);
  const n8n = { ...facts, canary: "mark-n8n", directories: { n8n: { files: 1, bytes: 8 } } };
  host.manifest = { ...rest, stores: { ...stores, n8n } };
  host.also = { n8n: { "database.sqlite": "restored" } };
}

async function run(found: Partial<Findings>, leaveOut: string[] = []): Promise<RestoreReport> {
  const { ports } = host;
  const plan = planRestore(findings(found), request({ leaveOut }));
  assert.ok(!Array.isArray(plan), JSON.stringify(plan));
  return await execute(beginJournal(plan, ports.host.now()), ports, {
    asked: nothingAsked,
    progress: () => undefined,
  });
}

const live = (path: string): string => readFileSync(join(host.root, "live", path), "utf8");
const holding = (...stores: string[]): Partial<Findings> => ({
  offsite: { state: "ok", points: [{ ...newPoint, stores }] },
});

test("a store that is switched off fails nothing: the others are restored and verified, its own files stay, and that is said", async () => {
  withN8n();
  await host.write("live/n8n/database.sqlite", "present workflows");
  const report = await run({
    ...holding("mongo", "redis", "n8n"),
    off: [{ name: "n8n", why: "not enabled" }],
  });
  assert.equal(report.verdict, "restored", JSON.stringify(report.failure));
  assert.equal(live("mongo/orders.sqlite"), "restored orders");
  assert.equal(live("n8n/database.sqlite"), "present workflows");
  assert.deepEqual([...new Set(report.checks.map(({ store }) => store))], ["mongo", "redis"]);
  assert.ok(!host.calls.some((call) => call.includes("n8n")), host.calls.join());
  assert.match(renderReport(report), /^ {2}warning: n8n is left out, since it is switched off here/m);
});

test("a store that the point does not hold is passed by when asked: it is not even stopped", async () => {
  const stores = ["mongo", "redis"].map((name) => ({ name, declared: true, running: true }));
  const report = await run({ ...holding("mongo"), stores }, ["redis"]);
  // The point of the fixture holds both; only what the plan says of it matters until the manifest is read.
  assert.equal(report.verdict, "restored", JSON.stringify(report.failure));
  assert.equal(live("redis/appendonly.aof"), "present keys");
  assert.ok(!host.calls.some((call) => call.includes("redis")), host.calls.join());
  assert.match(renderReport(report), /warning: redis is left out as asked/);
});

test("a store that the manifest holds and the point's tags keep quiet about is never dropped unseen", async () => {
  withN8n();
  const report = await run(holding("mongo", "redis"));
  assert.equal(report.exitCode, exitCodes.pointRefused);
  assert.match(
    report.failure?.sentence ?? "",
    /stores\.n8n: the point's tags do not name this store, which is not restored here/,
  );
  assert.equal(live("mongo/orders.sqlite"), "present orders");
  assert.ok(!existsSync(join(host.root, "state/last-proven.json")));
});
