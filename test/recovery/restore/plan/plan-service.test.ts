import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodes } from "../../../../contract/exit-codes.ts";
import { beginJournal } from "../../../../recovery/restore/journal/begin-journal.ts";
import type { Findings } from "../../../../recovery/restore/plan/findings.ts";
import { planRestore } from "../../../../recovery/restore/plan/plan.ts";
import { withHeld } from "../../../../recovery/restore/plan/plan-service.ts";
import { refusalExitCode } from "../../../../recovery/restore/plan/refusal-exit-code.ts";
import type { RestoreRequest } from "../../../../recovery/restore/plan/request.ts";
import type { RestorePlan } from "../../../../recovery/restore/plan/restore-plan.ts";
import { findings, newPoint, oldPoint, request } from "../phases/findings-fixture.ts";

const root = { lineage: "kaleem-a1", generation: 1, host: "host-old" };
const here = (changes: Partial<Findings> = {}): Findings => findings({ root, ...changes });

function planned(changes: Partial<Findings>, asked: Partial<RestoreRequest> = {}): RestorePlan {
  const plan = planRestore(here(changes), request({ service: "mongo", ...asked }));
  assert.ok(!Array.isArray(plan), JSON.stringify(plan));
  return plan;
}

/** The exit code and the sentences of a refusal. */
function refused(changes: Partial<Findings>, asked: Partial<RestoreRequest> = {}): [number, string] {
  const refusals = planRestore(here(changes), request({ service: "mongo", ...asked }));
  assert.ok(Array.isArray(refusals), "it was not refused");
  return [refusalExitCode(refusals), refusals.map(({ sentence }) => sentence).join("\n")];
}

test("the plan names the store, the point, what stays, and leaves the lineage as it is", () => {
  const plan = planned({ liveBytes: 5_000_000 });
  assert.equal(plan.id, "20261120T032000Z-mongo-from-20261120T031000Z-77c1");
  assert.deepEqual(plan.service, { name: "mongo", liveBytes: 5_000_000, undoes: null });
  assert.deepEqual(plan.next, root);
  assert.deepEqual(
    plan.leftOut.map(({ store }) => store),
    ["redis"],
  );
  const safety = plan.phases.find(({ name }) => name === "safety-point");
  assert.equal(safety?.skip, null);
});

test("the size of the store's part is the manifest's, and what does not fit is refused before anything is touched", () => {
  const plan = planned({});
  const sized = withHeld(plan, { bytes: 120_000_000, files: 10 }, here());
  assert.ok(!Array.isArray(sized));
  const fetch = sized.phases.find(({ name }) => name === "fetch");
  assert.equal(fetch?.bytes, 120_000_000);
  assert.equal(fetch.seconds, 13);
  const refusals = withHeld(plan, { bytes: 120_000_000, files: 10 }, here({ freeBytes: 100_000_000 }));
  assert.ok(Array.isArray(refusals));
  assert.equal(refusalExitCode(refusals), exitCodes.diskFull);
  assert.match(refusals[0]?.sentence ?? "", /needs 371 MiB on the data filesystem, 96 MiB are free\./);
});

test("a wrong name, a service without data and one that is switched off are told apart", () => {
  assert.deepEqual(refused({}, { service: "mongoo" }), [
    exitCodes.usage,
    '--service: expected a store, got "mongoo". The stores here are mongo, redis. Nothing was changed.',
  ]);
  assert.deepEqual(refused({}, { service: "api" }), [
    exitCodes.noData,
    "--service: api keeps no data of its own: what it has is in the stores. The stores here are mongo, redis. Nothing was changed.",
  ]);
  const [code, sentence] = refused({ off: [{ name: "n8n", why: "not enabled" }] }, { service: "n8n" });
  assert.equal(code, exitCodes.noData);
  assert.match(sentence, /^--service: n8n is switched off here \(not enabled\)/);
});

test("the newest point that holds the store is taken; a store that none holds has a code of its own", () => {
  const points = [oldPoint, { ...newPoint, stores: ["redis"] }];
  assert.equal(planned({ offsite: { state: "ok", points } }).point.id, oldPoint.id);
  const without = points.map((point) => ({ ...point, stores: ["redis"] }));
  const [code, sentence] = refused({ offsite: { state: "ok", points: without } });
  assert.equal(code, exitCodes.noData);
  assert.match(sentence, /holds mongo: nothing of it was ever kept there\. Nothing was changed\.$/);
});

test("no point, an unknown id and a time outside the range say what there is", () => {
  assert.equal(refused({ offsite: { state: "ok", points: [] } })[0], exitCodes.noPoint);
  const [unknown, sentence] = refused({}, { at: "20261120T031000Z-0000" });
  assert.equal(unknown, exitCodes.noPoint);
  assert.match(sentence, /no recovery point 20261120T031000Z-0000 in .*"\.\/kaleem points"/);
  const [early, oldest] = refused({}, { at: "2020-01-01T00:00Z" });
  assert.equal(early, exitCodes.noPoint);
  assert.match(oldest, /the oldest is 2026-11-20T03:05:00\.000Z \(20261120T030500Z-3f9a\)/);
  const [late, newest] = refused({}, { at: "2062-11-20T03:10Z" });
  assert.equal(late, exitCodes.noPoint);
  assert.match(
    newest,
    /has not come yet, .* the newest point is 2026-11-20T03:10:00\.000Z \(20261120T031000Z-77c1\)/,
  );
});

test("before a deployment is the newest point of before its images changed", () => {
  const deployments = [{ number: 12, service: "api", began: "2026-11-20T03:09:59.000Z" }];
  assert.equal(planned({ deployments }, { at: "before 12" }).point.id, oldPoint.id);
  assert.deepEqual(refused({ deployments }, { at: "before 13" }), [
    exitCodes.noPoint,
    '--at: this host has seen no deployment 13; the newest are 12 (api, 2026-11-20T03:09:59.000Z). List them with "./kaleem deployments".',
  ]);
  const first = [{ number: 1, service: "api", began: "2026-11-20T03:00:00.000Z" }];
  assert.match(
    refused({ deployments: first }, { at: "before 1" })[1],
    /no recovery point before 2026-11-20T03:00:00\.000Z, when deployment 1 \(api\) began/,
  );
});

test("two restores at once, an empty data root and flags of a restore of all are refused", () => {
  assert.equal(refused({ restoreRunning: true })[0], exitCodes.busy);
  const [code, sentence] = refused({ root: null });
  assert.equal(code, exitCodes.notUp);
  assert.match(sentence, /no store of it serves\. Restore the whole platform first, without --service\./);
  assert.match(
    refused({}, { leaveOut: ["redis"] })[1],
    /^--service: --leave-out belongs to a restore of the whole/,
  );
});

test("a bucket that is away is no hindrance where the point is on the host, and a superseded host restores nothing", () => {
  const head = { state: "unreachable", why: "no route" } as const;
  const local = { state: "ok", points: [newPoint] } as const;
  const offsite = { state: "unreachable", why: "no route" } as const;
  assert.equal(planned({ head, local, offsite }).point.from, "local");
  assert.equal(refused({ head, offsite, local: { state: "missing" } })[0], exitCodes.offsiteUnreachable);
  assert.equal(refused({ root: { ...root, host: "another", generation: 0 } })[0], exitCodes.superseded);
});

test("an unfinished restore of a store is resumed by its own words, and no other store's is begun over it", () => {
  const plan = planned({});
  const journal = beginJournal(plan, new Date("2026-11-20T03:20:00Z"));
  assert.equal(planned({ journal }).id, plan.id);
  const [code, sentence] = refused({ journal }, { service: "redis" });
  assert.equal(code, exitCodes.restoreUnfinished);
  assert.match(
    sentence,
    /a restore of mongo from 2026.* is unfinished on this host\. Resume it with --service mongo --at latest/,
  );
  const [discarded, why] = refused({ discarded: "mongo" }, { service: "redis", fromScratch: true });
  assert.equal(discarded, exitCodes.restoreUnfinished);
  assert.match(
    why,
    /mongo is stopped or holds what was not verified.* or undo it with \.\/kaleem restore --undo\.$/,
  );
  planned({ discarded: "mongo" }, { fromScratch: true });
});

test("an undo names what it finds, and refuses what is not one store's", () => {
  const undo = (moved: Findings["movedAside"], asked = "latest") =>
    planRestore(here({ movedAside: moved }), request({ undo: asked }));
  const plan = undo([{ id: "20261120T031500Z-mongo-from-x", directories: ["mongo"] }]);
  assert.ok(!Array.isArray(plan));
  assert.deepEqual(plan.service?.undoes, {
    restore: "20261120T031500Z-mongo-from-x",
    directories: ["mongo"],
  });
  assert.equal(plan.point.instant, "2026-11-20T03:15:00.000Z");
  const none = undo([]);
  assert.ok(Array.isArray(none));
  assert.match(none[0]?.sentence ?? "", /got "latest"\. There is none\. Nothing was changed\.$/);
  const all = undo([{ id: "whole", directories: ["mongo", "redis"] }], "whole");
  assert.ok(Array.isArray(all));
  assert.match(
    all[0]?.sentence ?? "",
    /which is not one store of this platform\. .*--at POINT --over-existing/,
  );
});
