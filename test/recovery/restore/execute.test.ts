import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { beginJournal } from "../../../recovery/restore/journal/begin-journal.ts";
import { execute } from "../../../recovery/restore/execute.ts";
import { exitCodes } from "../../../contract/exit-codes.ts";
import type { RestoreEvent } from "../../../recovery/restore/journal/event.ts";
import { restoreEventSchema } from "../../../recovery/restore/journal/event.ts";
import { loadJournal } from "../../../recovery/restore/journal/journal-file.ts";
import type { Asked } from "../../../recovery/restore/phases/phase.ts";
import { planRestore } from "../../../recovery/restore/plan/plan.ts";
import type { RestoreReport } from "../../../recovery/restore/report/report.ts";
import type { Findings } from "../../../recovery/restore/plan/findings.ts";
import { findings, request } from "./phases/findings-fixture.ts";
import { nothingAsked, ScratchHost, manifest } from "./phases/ports-fixture.ts";

let host: ScratchHost;
let events: RestoreEvent[];

beforeEach(async () => {
  const { head } = findings();
  assert.ok(head.state === "ok");
  host = await ScratchHost.make(head.head);
  events = [];
});
afterEach(() => host.remove());

/** One run, as the agent makes it: it resumes what the journal holds. */
async function run(found: Partial<Findings> = {}, asked: Asked = nothingAsked): Promise<RestoreReport> {
  const { ports } = host;
  const journal = await loadJournal(ports);
  const plan = planRestore(findings({ journal, ...found }), request({ overExisting: true }));
  assert.ok(!Array.isArray(plan), JSON.stringify(plan));
  const resumed = journal !== null && journal.plan.id === plan.id;
  return await execute(resumed ? { ...journal, plan } : beginJournal(plan, ports.host.now()), ports, {
    asked,
    progress: (event) => events.push(restoreEventSchema.parse(event)),
  });
}

const live = (path: string): string => readFileSync(join(host.root, "live", path), "utf8");
const lineage = (): unknown => JSON.parse(readFileSync(join(host.root, "lineage.json"), "utf8"));
const foundedRoot = { lineage: "kaleem-a1", generation: 1, host: "host-old" };

test("restores: data placed, head claimed before anyone is let in, report and metrics written", async () => {
  const report = await run();
  assert.equal(report.verdict, "restored", JSON.stringify(report.failure));
  assert.equal(live("mongo/orders.sqlite"), "restored orders");
  assert.deepEqual(lineage(), { lineage: "kaleem-a1", generation: 2, host: "host-new" });
  assert.equal(host.head?.head.generation, 2);
  assert.equal(host.head.head.parent?.point, "20261120T031000Z-77c1");
  assert.deepEqual(host.calls, [
    "close", "lock", "fetch snap-20261120T031000Z-77c1", "scale mongo 0", "scale redis 0", "scale mongo 1", "scale redis 1",
    "resetUsers mongo", "resetUsers redis", "canary mongo", "canary redis", "take mongo", "take redis", "claim", "open", "unlock", "point", "ship",
  ]); // prettier-ignore
  assert.equal(report.checks.length, 12);
  assert.ok((report.openedAfterSeconds ?? 0) > 0);
  const metrics = readFileSync(join(host.root, "metrics/kaleem-restore.prom"), "utf8");
  assert.match(metrics, /^kaleem_restore_last_exit_code 0$/m);
  assert.match(metrics, /^kaleem_restore_last_success_timestamp_seconds \d+/m);
  assert.ok(existsSync(join(host.root, "state/last-proven.json")));
  assert.ok(existsSync(join(host.root, "state/reports", `${report.id}.json`)));
  assert.deepEqual(
    events.filter((event) => event.event === "phase-progress").map((event) => event.bytes),
    [30],
  );
});

test("keeps what it replaces; closes writers, takes the safety point, and only then holds the data lock", async () => {
  await host.write("lineage.json", JSON.stringify(foundedRoot));
  const report = await run({ root: foundedRoot, host: "host-old" });
  assert.equal(report.verdict, "restored", JSON.stringify(report.failure));
  assert.deepEqual(host.calls.slice(0, 3), ["close", "point", "lock"]);
  const kept = join(host.root, "replaced", report.id, "mongo/orders.sqlite");
  assert.equal(readFileSync(kept, "utf8"), "present orders");
});

const steps: [phase: string, call: string][] = [
  ["close", "close"],
  ["safety-point", "point"],
  ["fetch", "fetch snap-20261120T031000Z-77c1"],
  ["stop", "scale redis 0"],
  ["reset-users", "scale mongo 1"],
  ["open", "claim"],
  ["open", "open"],
];
for (const [phase, call] of steps) {
  test(`a failure in ${phase} (${call}) leaves the platform closed, and a second run resumes there`, async () => {
    await host.write("lineage.json", JSON.stringify(foundedRoot));
    const found = { root: foundedRoot, host: "host-old" };
    host.trouble.set(call, new Error("the disk said no"));
    const failed = await run(found);
    assert.equal(failed.verdict, "failed");
    assert.equal(failed.failure?.phase, phase);
    assert.match(failed.failure.sentence, /the disk said no/);
    assert.equal(failed.exitCode, exitCodes.failed);
    assert.ok(!existsSync(join(host.root, "state/last-proven.json")));
    assert.equal(host.locked, false, "the data lock was not given back");
    host.trouble.clear();
    host.calls.length = 0;
    const resumed = await run(found);
    assert.equal(resumed.verdict, "restored", JSON.stringify(resumed.failure));
    assert.equal(resumed.id, failed.id);
    assert.equal(live("mongo/orders.sqlite"), "restored orders");
    assert.equal(
      host.calls.includes("fetch snap-20261120T031000Z-77c1"),
      ["safety-point", "close", "fetch"].includes(phase),
    );
    assert.equal(host.calls[0], "close", "writers are closed again by a run that resumes");
  });
}

test("the age of a point is never negative: one that is dated in the future has none, which is said", async () => {
  const { ports } = host;
  const plan = planRestore(findings({ now: new Date("2026-11-20T03:00:00Z") }), request());
  assert.ok(!Array.isArray(plan));
  const report = await execute(beginJournal(plan, new Date("2026-11-20T03:00:00Z")), ports, {
    asked: nothingAsked,
    progress: () => undefined,
  });
  assert.equal(report.pointAgeSeconds, 0);
  assert.match(
    report.warnings[0] ?? "",
    /^point 20261120T031000Z-77c1 is dated .*, 600 s after this restore began/,
  );
  assert.match(
    readFileSync(join(host.root, "metrics/kaleem-restore.prom"), "utf8"),
    /^kaleem_restore_last_point_age_seconds 0$/m,
  );
});

test("what a first attempt moved aside is still there when a second one has succeeded", async () => {
  host.canary = "another mark";
  const first = await run();
  assert.equal(first.exitCode, exitCodes.verifyFailed);
  host.canary = null;
  const { ports } = host;
  const plan = planRestore(
    findings({ now: new Date("2026-11-20T04:00:00Z") }),
    request({ fromScratch: true }),
  );
  assert.ok(!Array.isArray(plan) && plan.id !== first.id);
  const second = await execute(beginJournal(plan, ports.host.now()), ports, {
    asked: nothingAsked,
    progress: () => undefined,
  });
  assert.equal(second.verdict, "restored", JSON.stringify(second.failure));
  const aside = (id: string): string => readFileSync(join(host.root, "replaced", id, "mongo/orders.sqlite"), "utf8"); // prettier-ignore
  assert.equal(aside(first.id), "present orders");
  assert.equal(aside(second.id), "restored orders");
});

const onFounded = { root: foundedRoot, host: "host-old" };

test("a failed safety point leaves the platform closed, and says how to open it or to go on without one", async () => {
  await host.write("lineage.json", JSON.stringify(foundedRoot));
  host.trouble.set("point", new Error("redis does not answer"));
  const report = await run(onFounded);
  assert.deepEqual(host.calls, ["close", "point"]);
  assert.match(
    report.failure?.next ?? "",
    /^The current data is untouched and the platform is closed: .* adding --without-safety-point, .* run "kaleem-agent open" on the host\.$/,
  );
});

test("only before it closes does a failed restore say that nothing was changed", async () => {
  await host.write("lineage.json", JSON.stringify(foundedRoot));
  host.trouble.set("close", new Error("no"));
  const report = await run(onFounded);
  assert.match(report.failure?.next ?? "", /^The current data is untouched; the edge answers 503/);
  assert.doesNotMatch(report.failure?.next ?? "", /Nothing was changed/);
});

test("a run that resumes before the data is replaced takes the safety point again: somebody may have opened meanwhile", async () => {
  await host.write("lineage.json", JSON.stringify(foundedRoot));
  host.trouble.set("fetch snap-20261120T031000Z-77c1", new Error("no"));
  await run(onFounded);
  host.trouble.clear();
  host.calls.length = 0;
  await run(onFounded);
  assert.deepEqual(host.calls.slice(0, 3), ["close", "point", "lock"]);
});

test("with stores that the first run has stopped the safety point of that run stays", async () => {
  await host.write("lineage.json", JSON.stringify(foundedRoot));
  host.trouble.set("scale redis 0", new Error("no"));
  await run(onFounded);
  host.trouble.clear();
  host.calls.length = 0;
  const report = await run(onFounded);
  assert.equal(report.verdict, "restored");
  assert.deepEqual(host.calls.slice(0, 3), ["close", "lock", "scale mongo 0"]);
});

/** As an agent of before wrote it, which took the safety point first: its plan and its phases in that order. */
async function formerJournal(failed: "close" | "fetch"): Promise<void> {
  const plan = planRestore(findings(onFounded), request({ overExisting: true }));
  assert.ok(!Array.isArray(plan));
  const order = ["locate", "safety-point", "close", "fetch"] as const;
  const rest = plan.phases.filter(({ name }) => !order.some((one) => one === name));
  const phases = [...order.flatMap((name) => plan.phases.filter((phase) => phase.name === name)), ...rest];
  const at = "2026-11-20T03:00:00.000Z";
  const settled = order.slice(0, order.indexOf(failed));
  const record = (name: string, state: string): object => ({ name, state, startedAt: at, seconds: 1, bytes: null, detail: "" }); // prettier-ignore
  const journal = {
    version: 1,
    plan: { ...plan, phases },
    startedAt: at,
    phases: [...settled.map((name) => record(name, "done")), record(failed, "failed")],
    memory: {},
    finishedAt: null,
  };
  await host.write("lineage.json", JSON.stringify(foundedRoot));
  await host.write("state/restore.json", JSON.stringify(journal));
}

for (const failed of ["close", "fetch"] as const) {
  test(`a journal of the former order that stopped in ${failed} is resumed: closed, and then a safety point`, async () => {
    await formerJournal(failed);
    const report = await run(onFounded);
    assert.equal(report.verdict, "restored", JSON.stringify(report.failure));
    assert.deepEqual(host.calls.slice(0, 3), ["close", "point", "lock"]);
    assert.deepEqual(
      report.phases.slice(0, 4).map(({ name }) => name),
      ["locate", "close", "safety-point", "fetch"],
    );
  });
}

test("a host between place and open belongs to nobody: no point of it can become latest", async () => {
  await host.write("lineage.json", JSON.stringify(foundedRoot));
  host.trouble.set("scale mongo 1", new Error("no"));
  await run({ root: foundedRoot, host: "host-old" });
  assert.ok(!existsSync(join(host.root, "lineage.json")));
  assert.equal(host.head?.head.generation, 1);
});

test("killed between two renames, a second run places the rest and overwrites nothing", async () => {
  const { ports } = host;
  const move = ports.files.move.bind(ports.files);
  let moves = 0;
  ports.files.move = async (from, to) => {
    if ((moves += 1) === 4) throw new Error("killed");
    await move(from, to);
  };
  const plan = planRestore(findings(), request());
  assert.ok(!Array.isArray(plan));
  const killed = await execute(beginJournal(plan, ports.host.now()), ports, {
    asked: nothingAsked,
    progress: () => undefined,
  });
  assert.equal(killed.failure?.phase, "place");
  // An `up` in between makes the live directory again.
  await host.write("live/redis/empty", "");
  const report = await run();
  assert.equal(report.verdict, "restored", JSON.stringify(report.failure));
  assert.equal(live("redis/appendonly.aof"), "restored keys");
  assert.equal(
    readFileSync(join(host.root, "replaced", report.id, "redis/appendonly.aof"), "utf8"),
    "present keys",
  );
  assert.ok(existsSync(join(host.root, "replaced", report.id, "redis.2/empty")));
});

test("does not place data under a running store", async () => {
  const { ports } = host;
  let looks = 0;
  const containers = ports.services.containers.bind(ports.services);
  ports.services.containers = async (service) => ((looks += 1) <= 2 ? [] : containers(service));
  host.replicas.set("mongo", 1);
  ports.services.scale = async () => undefined;
  const plan = planRestore(findings(), request());
  assert.ok(!Array.isArray(plan));
  const report = await execute(beginJournal(plan, ports.host.now()), ports, {
    asked: nothingAsked,
    progress: () => undefined,
  });
  assert.equal(report.failure?.phase, "place");
  assert.match(report.failure.sentence, /^mongo, redis started again before the data was in place\./);
  assert.equal(live("mongo/orders.sqlite"), "present orders");
});

const edited: [title: string, spoil: (point: ReturnType<typeof manifest>) => unknown, expected: RegExp][] = [
  [
    "another lineage",
    (m) => ({ ...m, lineage: "kaleem-b2" }),
    /^ {2}lineage: the manifest says kaleem-b2, the point's tag kaleem-a1$/m,
  ],
  [
    "another generation",
    (m) => ({ ...m, generation: 9 }),
    /^ {2}generation: the manifest says 9, the point's tag 1$/m,
  ],
  [
    "another point",
    (m) => ({ ...m, point: "20261120T000000Z-0000" }),
    /^ {2}point: the manifest says 20261120T000000Z-0000, /m,
  ],
  [
    "another instant",
    (m) => ({ ...m, instant: "2026-11-20T03:09:59.000Z" }),
    /^ {2}instant: the manifest says 2026-11-20T03:09:59/m,
  ],
  ["a field that nobody knows", (m) => ({ ...m, note: "trust me" }), /Unrecognized key: "note"/],
  [
    "a field of the wrong type",
    (m) => ({ ...m, pauseMs: "80" }),
    /^ {2}pauseMs: Invalid input: expected number, received string$/m,
  ],
  [
    "no store mongo",
    (m) => ({ ...m, stores: { redis: m.stores["redis"] } }),
    /^ {2}stores\.mongo: the point does not hold this store$/m,
  ],
  [
    "more files than there are",
    (m) => {
      const mongo = m.stores["mongo"];
      return {
        ...m,
        stores: { ...m.stores, mongo: { ...mongo, directories: { mongo: { files: 3, bytes: 16 } } } },
      };
    },
    /^ {2}stores\.mongo\.directories\.mongo\.files: the manifest says 3, the point holds 2$/m,
  ],
];
for (const [title, spoil, expected] of edited) {
  test(`refuses a point whose manifest says ${title}, naming the field, and replaces nothing`, async () => {
    host.manifest = spoil(manifest());
    const report = await run();
    assert.equal(report.failure?.phase, "fetch");
    assert.match(report.failure.sentence, expected);
    assert.equal(report.exitCode, exitCodes.pointRefused);
    assert.equal(live("mongo/orders.sqlite"), "present orders");
    assert.equal(host.replicas.get("mongo"), 1);
  });
}

test("refuses a point without its mongo files", async () => {
  host.leaveOut = "mongo";
  const report = await run();
  assert.equal(report.exitCode, exitCodes.pointRefused);
  assert.match(
    report.failure?.sentence ?? "",
    /stores\.mongo\.directories\.mongo: expected 2 files, the directory is missing$/m,
  );
});

test("a check that cannot be made fails the restore with its own exit code", async () => {
  host.trouble.set("canary redis", new Error("connection refused"));
  const report = await run();
  assert.equal(report.exitCode, exitCodes.verifyIncomplete);
  assert.match(report.failure?.sentence ?? "", /redis: canary: could not be checked: connection refused/);
  host.trouble.clear();
  assert.equal((await run()).verdict, "restored");
});

test("stays closed when another host changed the head meanwhile", async () => {
  const { head } = findings();
  assert.ok(head.state === "ok");
  host.head = { head: { ...head.head, generation: 2, host: "host-other" }, etag: '"e9"' };
  const report = await run();
  assert.equal(report.exitCode, exitCodes.superseded);
  assert.match(
    report.failure?.sentence ?? "",
    /^the head record changed during this restore \(generation 2 of host-other/,
  );
  assert.ok(!host.calls.includes("open"));
});

test("stays closed when a clone of this machine has claimed the head by the same restore", async () => {
  const { head } = findings();
  assert.ok(head.state === "ok");
  const parent = { point: "20261120T031000Z-77c1", lineage: "kaleem-a1", generation: 1 };
  host.head = { head: { ...head.head, generation: 2, host: "host-new", parent, nonce: "n9" }, etag: '"e9"' };
  host.wroteHead = false;
  const report = await run();
  assert.equal(report.exitCode, exitCodes.superseded);
  assert.ok(!host.calls.includes("open"));
});

test("a restore whose first point fails has succeeded, with a warning", async () => {
  host.trouble.set("point", new Error("disk full"));
  const report = await run();
  assert.equal(report.verdict, "restored");
  assert.deepEqual(report.warnings, ["no first point of the new generation yet: disk full"]);
});

test("a store that never becomes healthy ends the wait with the command that shows why", async () => {
  const { ports } = host;
  ports.services.containers = async (service) =>
    (host.replicas.get(service) ?? 0) === 0 ? [] : [{ id: service, image: "i", health: "starting" }];
  const plan = planRestore(findings(), request());
  assert.ok(!Array.isArray(plan));
  const report = await execute(beginJournal(plan, ports.host.now()), ports, {
    asked: nothingAsked,
    progress: () => undefined,
  });
  assert.equal(report.exitCode, exitCodes.storeDown);
  assert.match(
    report.failure?.sentence ?? "",
    /^the stores did not become healthy within 900 s: mongo is starting\. See "docker service ps"/,
  );
});

test("an unreadable journal is never taken for none", async () => {
  await host.write("state/restore.json", "{");
  await assert.rejects(
    loadJournal(host.ports),
    /restore\.json: the journal of the last restore cannot be read/,
  );
});
