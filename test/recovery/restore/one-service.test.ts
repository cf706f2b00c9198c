import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { exitCodes } from "../../../contract/exit-codes.ts";
import { executeService } from "../../../recovery/restore/execute-service.ts";
import { beginJournal } from "../../../recovery/restore/journal/begin-journal.ts";
import { loadJournal } from "../../../recovery/restore/journal/journal-file.ts";
import type { Findings } from "../../../recovery/restore/plan/findings.ts";
import { planRestore } from "../../../recovery/restore/plan/plan.ts";
import type { RestoreRequest } from "../../../recovery/restore/plan/request.ts";
import { renderReport, type RestoreReport } from "../../../recovery/restore/report/report.ts";
import { findings, request } from "./phases/findings-fixture.ts";
import { ScratchHost } from "./phases/ports-fixture.ts";

const root = { lineage: "kaleem-a1", generation: 1, host: "host-new" };
const fetched = "fetch snap-20261120T031000Z-77c1";
let host: ScratchHost;
/** Each run begins a minute after the one before it. */
let minute: number;

beforeEach(async () => {
  const { head } = findings();
  assert.ok(head.state === "ok");
  host = await ScratchHost.make(head.head);
  await host.write("lineage.json", JSON.stringify(root));
  minute = 20;
});
afterEach(() => host.remove());

/** What the agent would find on the scratch host now. */
async function found(changes: Partial<Findings> = {}): Promise<Findings> {
  const { head } = findings();
  assert.ok(head.state === "ok");
  const replaced = join(host.root, "replaced");
  const movedAside = (existsSync(replaced) ? readdirSync(replaced).sort() : []).map((id) => ({
    id,
    directories: readdirSync(join(replaced, id)).filter((name) => ["mongo", "redis"].includes(name)),
  }));
  return findings({
    root,
    head: { ...head, head: { ...head.head, host: "host-new" } },
    journal: await loadJournal(host.ports),
    now: new Date(`2026-11-20T03:${minute++}:00Z`),
    movedAside,
    ...changes,
  });
}

/** One run, as the agent makes it: it resumes what the journal holds. */
async function run(
  asked: Partial<RestoreRequest> = {},
  changes: Partial<Findings> = {},
): Promise<RestoreReport> {
  const { ports } = host;
  const whole = request({ ...(asked.undo === undefined ? { service: "mongo" } : {}), ...asked });
  const now = await found(changes);
  const plan = planRestore(now, whole);
  assert.ok(!Array.isArray(plan), JSON.stringify(plan));
  const resumed = now.journal !== null && now.journal.plan.id === plan.id;
  const journal = resumed ? { ...now.journal, plan } : beginJournal(plan, now.now);
  return await executeService(journal, ports, {
    asked: { accept: whole.accept, withoutProof: whole.withoutProof },
    progress: () => undefined,
  });
}

const live = (path: string): string => readFileSync(join(host.root, "live", path), "utf8");

test("one store is fetched while it serves, then stopped, exchanged, verified and given back; the others are not touched", async () => {
  const report = await run();
  assert.equal(report.verdict, "restored", JSON.stringify(report.failure));
  assert.deepEqual(host.calls, [
    fetched, "close", "point", "lock", "scale mongo 0", "scale mongo 1", "resetUsers mongo", "canary mongo", "take mongo", "open", "unlock",
    "point", "ship",
  ]); // prettier-ignore
  assert.equal(live("mongo/orders.sqlite"), "restored orders");
  assert.equal(live("redis/appendonly.aof"), "present keys");
  assert.deepEqual(JSON.parse(readFileSync(join(host.root, "lineage.json"), "utf8")), root);
  assert.equal(host.head?.etag, '"e1"', "the head is not claimed: the lineage goes on");
  assert.ok(!existsSync(join(host.root, "state/last-proven.json")), "one store proves no recovery of all");
  const text = renderReport(report);
  assert.match(text, /^RESTORED AND VERIFIED \(mongo\), open after/);
  assert.match(text, /still generation 1 on host-new/);
  assert.match(text, new RegExp(`undo {5}\\./kaleem restore --undo ${report.id};`));
  assert.match(
    text,
    /warning: redis stays as it is: what it noted after 2026-11-20T03:10:00.000Z may reference what mongo then no longer holds/,
  );
});

test("only the store's own directories are fetched", async () => {
  host.trouble.set("close", new Error("stop here"));
  const { id } = await run();
  assert.deepEqual(readdirSync(join(host.root, "incoming", id, "srv/point/files")), ["mongo"]);
});

test("a point that does not match its manifest is refused while the store serves", async () => {
  host.also = { mongo: { extra: "x" } };
  const report = await run();
  assert.equal(report.exitCode, exitCodes.pointRefused);
  assert.deepEqual(host.calls, [fetched]);
  assert.match(report.failure?.next ?? "", /^Nothing was changed and mongo serves\./);
});

const steps: [phase: string, call: string, next: RegExp][] = [
  ["fetch", fetched, /^Nothing was changed and mongo serves\. Fix the cause and repeat \.\/kaleem restore --service mongo --at latest/],
  ["close", "close", /^The current data is untouched\./],
  ["safety-point", "point", /adding --without-safety-point/],
  ["stop", "scale mongo 0", /mongo may be stopped/],
  ["reset-users", "scale mongo 1", /The other stores serve; mongo is stopped, no points are taken until this has ended, .* to put the former data back: \.\/kaleem restore --undo/],
  ["open", "open", /to put the former data back: \.\/kaleem restore --undo/],
]; // prettier-ignore
for (const [phase, call, next] of steps) {
  test(`a failure in ${phase} (${call}) says where the store is, and the same words go on from there`, async () => {
    host.trouble.set(call, new Error("the network is gone"));
    const failed = await run();
    assert.equal(failed.verdict, "failed");
    assert.equal(failed.failure?.phase, phase);
    assert.match(failed.failure.sentence, /the network is gone/);
    assert.match(failed.failure.next, next);
    assert.equal(host.locked, false, "the data lock was not given back");
    host.trouble.clear();
    host.calls.length = 0;
    const resumed = await run();
    assert.equal(resumed.verdict, "restored", JSON.stringify(resumed.failure));
    assert.equal(resumed.id, failed.id);
    assert.equal(host.calls.includes(fetched), phase === "fetch");
    assert.equal(live("mongo/orders.sqlite"), "restored orders");
    assert.equal(live("redis/appendonly.aof"), "present keys");
  });
}

test("a run that goes on with the start opens the store anew: the run before has left none on its directories", async () => {
  const { ports } = host;
  let pauses = 0;
  // Asked to stop between the reset of users and the start: the eighth phase.
  const stopped = {
    ...ports,
    pause: () => (++pauses === 8 ? Promise.reject(new Error("Stopped")) : Promise.resolve()),
  };
  const plan = planRestore(await found(), request({ service: "mongo" }));
  assert.ok(!Array.isArray(plan));
  const journal = beginJournal(plan, new Date("2026-11-20T03:20:00Z"));
  const options = { asked: { accept: [], withoutProof: false }, progress: () => undefined };
  const failed = await executeService(journal, stopped, options);
  assert.equal(failed.failure?.phase, "start");
  host.replicas.set("mongo", 0);
  const resumed = await run();
  assert.equal(resumed.verdict, "restored", JSON.stringify(resumed.failure));
  assert.equal(resumed.id, failed.id);
});

test("an undo puts back what was there, and can be undone itself", async () => {
  const first = await run();
  host.calls.length = 0;
  const undone = await run({ undo: first.id });
  assert.equal(undone.verdict, "restored", JSON.stringify(undone.failure));
  assert.equal(live("mongo/orders.sqlite"), "present orders");
  assert.deepEqual(host.calls, [
    "close", "point", "lock", "scale mongo 0", "scale mongo 1", "resetUsers mongo", "open", "unlock", "point", "ship",
  ]); // prettier-ignore
  assert.match(renderReport(undone), new RegExp(`^UNDONE: restore ${first.id} \\(mongo\\)`));
  assert.ok(!existsSync(join(host.root, "replaced", first.id)), "its folder held nothing any more");
  const again = await run({ undo: "latest" });
  assert.equal(again.verdict, "restored", JSON.stringify(again.failure));
  assert.equal(live("mongo/orders.sqlite"), "restored orders");
});

test("an undo that was killed at any step is gone on with by the same words, and loses nothing", async () => {
  for (const call of ["point", "scale mongo 0", "scale mongo 1", "open"]) {
    const { id } = await run({ fromScratch: true });
    const before = live("mongo/orders.sqlite");
    host.trouble.set(call, new Error("killed"));
    const failed = await run({ undo: "latest" });
    assert.equal(failed.verdict, "failed", call);
    host.trouble.clear();
    const resumed = await run({ undo: "latest" });
    assert.equal(resumed.verdict, "restored", JSON.stringify(resumed.failure));
    assert.equal(resumed.id, failed.id);
    assert.equal(live("mongo/orders.sqlite"), "present orders");
    assert.equal(
      readFileSync(join(host.root, "replaced", resumed.id, "mongo/orders.sqlite"), "utf8"),
      before,
    );
    assert.ok(!existsSync(join(host.root, "replaced", id)));
    await host.remove();
    const { head } = findings();
    assert.ok(head.state === "ok");
    host = await ScratchHost.make(head.head);
    await host.write("lineage.json", JSON.stringify(root));
  }
});

test("an undo ends a restore that the verification has failed, without --from-scratch", async () => {
  host.keys.set("mongo", 9);
  const failed = await run();
  assert.equal(failed.exitCode, exitCodes.verifyFailed);
  assert.ok(!host.calls.includes("open"), "nobody is let near what was not verified");
  const undone = await run({ undo: "latest" });
  assert.equal(undone.verdict, "restored", JSON.stringify(undone.failure));
  assert.equal(live("mongo/orders.sqlite"), "present orders");
  assert.equal((await loadJournal(host.ports))?.plan.id, undone.id);
});

test("an undo of a restore that has moved nothing yet starts the store again", async () => {
  host.trouble.set("scale mongo 0", new Error("killed"));
  await run();
  host.trouble.clear();
  host.replicas.set("mongo", 0);
  const undone = await run({ undo: "latest" });
  assert.equal(undone.verdict, "restored", JSON.stringify(undone.failure));
  assert.equal(live("mongo/orders.sqlite"), "present orders");
  assert.equal(host.replicas.get("mongo"), 1);
});

test("a finding is accepted by its name, as in a restore of all", async () => {
  host.keys.set("mongo", 9);
  await run();
  const accepted = await run({ accept: ["mongo: keys"] });
  assert.equal(accepted.verdict, "restored", JSON.stringify(accepted.failure));
  assert.match(renderReport(accepted), /^RESTORED, with 1 finding accepted \(mongo\)/);
});
