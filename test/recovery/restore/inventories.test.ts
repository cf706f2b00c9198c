import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { exitCodes } from "../../../contract/exit-codes.ts";
import { execute } from "../../../recovery/restore/execute.ts";
import { beginJournal } from "../../../recovery/restore/journal/begin-journal.ts";
import { loadJournal } from "../../../recovery/restore/journal/journal-file.ts";
import type { Asked } from "../../../recovery/restore/phases/phase.ts";
import { planRestore } from "../../../recovery/restore/plan/plan.ts";
import { renderReport, type RestoreReport } from "../../../recovery/restore/report/report.ts";
import { findings, request } from "./phases/findings-fixture.ts";
import { manifest, nothingAsked, proofOf, ScratchHost } from "./phases/ports-fixture.ts";

let host: ScratchHost;

beforeEach(async () => {
  const { head } = findings();
  assert.ok(head.state === "ok");
  host = await ScratchHost.make(head.head);
});
afterEach(() => host.remove());

/** One run, as the agent makes it: it resumes what the journal holds. */
async function run(asked: Partial<Asked> = {}): Promise<RestoreReport> {
  const { ports } = host;
  const journal = await loadJournal(ports);
  const plan = planRestore(findings({ journal }), request({ overExisting: true }));
  assert.ok(!Array.isArray(plan), JSON.stringify(plan));
  const resumed = journal !== null && journal.plan.id === plan.id;
  return await execute(resumed ? { ...journal, plan } : beginJournal(plan, ports.host.now()), ports, {
    asked: { ...nothingAsked, ...asked },
    progress: () => undefined,
  });
}

const name = "redis: keys: database/0/string";
const unopened = (): string[] => {
  const incoming = join(host.root, "incoming");
  return existsSync(incoming) ? [...new Set(host.calls.filter((call) => call === "keep copy"))] : [];
};

test("a point that was proven is not proven again, and no copy of it is kept", async () => {
  const report = await run();
  assert.equal(report.verdict, "restored", JSON.stringify(report.failure));
  assert.ok(!host.calls.includes("prove") && !host.calls.includes("keep copy"));
  assert.match(
    report.phases.find(({ name }) => name === "prove")?.detail ?? "",
    /^proven at 2026-11-20T03:15:01/,
  );
  assert.ok(renderReport(report).startsWith("RESTORED AND VERIFIED, open after"));
  const said = report.checks.find((check) => check.name === "inventory" && check.store === "redis");
  assert.equal(
    said?.sentence,
    "redis: inventory: 10 items, all read at the point, 10 items, all read now, as it has to be",
  );
});

test("one that nobody has proven is proven on a copy that was made before any engine opened it", async () => {
  host.proof = null;
  const report = await run();
  assert.equal(report.verdict, "restored", JSON.stringify(report.failure));
  const at = (call: string): number => host.calls.indexOf(call);
  assert.ok(
    at("scale redis 0") < at("keep copy") && at("keep copy") < at("scale mongo 1"),
    host.calls.join(", "),
  );
  assert.ok(at("resetUsers redis") < at("prove") && at("prove") < at("take mongo"));
  assert.equal(existsSync(join(host.root, "incoming", `${report.id}.unopened`)), false);
});

test("a store that does not hold what the point holds is named, with the flag that accepts it; the platform stays closed", async () => {
  host.keys.set("redis", 9);
  const report = await run();
  assert.equal(report.exitCode, exitCodes.verifyFailed);
  assert.equal(report.failure?.phase, "verify");
  assert.ok(!host.calls.includes("open"));
  const bad = report.checks.filter(({ result }) => result !== "ok");
  assert.deepEqual(
    bad.map(({ sentence }) => sentence),
    [`${name}: expected 10, got 9; to accept it: --accept "${name}"`],
  );
  assert.match(report.failure.next, /accept each finding by the flag beside it/);
});

for (const accept of [name, "redis: keys"]) {
  test(`what a person accepts by ${accept} opens, and stands in the report`, async () => {
    host.keys.set("redis", 9);
    await run();
    host.calls.length = 0;
    const report = await run({ accept: [accept] });
    assert.equal(report.verdict, "restored", JSON.stringify(report.failure));
    assert.ok(!host.calls.includes("fetch snap-20261120T031000Z-77c1"), "it goes on with the verification");
    const accepted = report.checks.filter(({ result }) => result === "accepted");
    assert.deepEqual(
      accepted.map(({ sentence }) => sentence),
      [`${name}: expected 10, got 9; accepted by --accept "${name}"`],
    );
    assert.ok(renderReport(report).startsWith("RESTORED, with 1 finding accepted, open after"));
    assert.deepEqual(report.warnings, []);
  });
}

test("what is accepted and not found is said, and accepts nothing else", async () => {
  host.keys.set("redis", 9);
  const failed = await run({ accept: ["redis: key", "redis"] });
  assert.equal(failed.exitCode, exitCodes.verifyFailed);
  const nothing = (flag: string): string => `--accept "${flag}": nothing was found by that name, so nothing was accepted by it`; // prettier-ignore
  assert.deepEqual(failed.warnings, [nothing("redis: key"), nothing("redis")]);
  host.keys.set("redis", 10);
  const report = await run({ accept: [name] });
  assert.equal(report.verdict, "restored");
  assert.deepEqual(report.warnings, [nothing(name)]);
});

test("without a proof, as asked, nothing is compared, which the report says first, and no recovery counts as proven", async () => {
  host.proof = null;
  const report = await run({ withoutProof: true });
  assert.equal(report.verdict, "restored", JSON.stringify(report.failure));
  assert.ok(!host.calls.includes("prove") && !host.calls.includes("keep copy"));
  assert.match(
    renderReport(report),
    /^RESTORED, without comparing what the stores hold with the point, open after/,
  );
  assert.equal(existsSync(join(host.root, "state/last-proven.json")), false);
});

test("a known inventory is compared, although no proof is wanted", async () => {
  host.keys.set("mongo", 11);
  const report = await run({ withoutProof: true });
  assert.equal(report.exitCode, exitCodes.verifyFailed);
});

test("a store that does not start on the copy fails the verification as not known, until it is given up on by name", async () => {
  host.proof = null;
  const { redis, ...others } = proofOf(manifest()).stores;
  assert.ok(redis);
  const problems = ["redis: not proven: it ended. Its last words: no."];
  host.proven = { ...proofOf(manifest()), ok: false, stores: others, problems };
  const report = await run();
  assert.equal(report.exitCode, exitCodes.verifyIncomplete);
  const bad = report.checks.filter(({ result }) => result !== "ok").map(({ sentence }) => sentence);
  assert.deepEqual(bad, [
    "redis: inventory: could not be compared: not proven: it ended. Its last words: no. To restore without this comparison, repeat with --without-proof.",
  ]);
  assert.ok(existsSync(join(host.root, "incoming", `${report.id}.unopened`)), "for another try");
  host.proven = proofOf(manifest());
  assert.equal((await run()).verdict, "restored");
});

test("a proof that cannot be made keeps the platform closed and says both ways on; a second run tries again", async () => {
  host.proof = null;
  host.trouble.set("prove", new Error("Docker does not answer"));
  const report = await run();
  assert.equal(report.failure?.phase, "prove");
  assert.match(report.failure.next, /repeat the restore .* --without-proof/);
  assert.ok(!host.calls.includes("open"));
  host.trouble.clear();
  assert.equal((await run()).verdict, "restored");
});

test("data that an agent of before has placed cannot be proven any more, and is not passed for compared", async () => {
  host.proof = null;
  host.trouble.set("canary redis", new Error("down"));
  await run({ withoutProof: true });
  host.trouble.clear();
  const journal = JSON.parse(readFileSync(join(host.root, "state/restore.json"), "utf8")) as {
    phases: { name: string }[];
  };
  journal.phases = journal.phases.filter((phase) => !["prove", "verify"].includes(phase.name));
  await host.write("state/restore.json", JSON.stringify(journal));
  const report = await run();
  assert.equal(report.exitCode, exitCodes.verifyIncomplete);
  assert.match(report.failure?.sentence ?? "", /no unopened copy of it is left/);
  assert.deepEqual(unopened(), []);
  assert.equal((await run({ withoutProof: true })).verdict, "restored");
});

test("a copy that cannot be kept stops the restore before anything is moved", async () => {
  host.proof = null;
  host.trouble.set("keep copy", new Error("no reflinks here"));
  const report = await run();
  assert.equal(report.failure?.phase, "place");
  assert.match(
    report.failure.sentence,
    /could not be made: no reflinks here\. Nothing was moved; .*--without-proof\.$/,
  );
  assert.equal(readFileSync(join(host.root, "live/mongo/orders.sqlite"), "utf8"), "present orders");
});
