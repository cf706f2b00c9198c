import assert from "node:assert/strict";
import { test } from "node:test";
import { renderPlan } from "../../../../operator/screens/render-restore.ts";
import type { Findings } from "../../../../recovery/restore/plan/findings.ts";
import type { Refusal } from "../../../../recovery/restore/plan/refusal.ts";
import type { RestoreRequest } from "../../../../recovery/restore/plan/request.ts";
import type { RestorePlan } from "../../../../recovery/restore/plan/restore-plan.ts";
import { planRestore } from "../../../../recovery/restore/plan/plan.ts";
import { findings, point, request } from "../phases/findings-fixture.ts";

const id = "20261120T031000Z-77c1";
const founded = { lineage: "kaleem-a1", generation: 1, host: "host-old" };
const store = (name: string) => ({ name, declared: true, running: true });

/** What is decided when the point holds these stores and the platform runs those. */
function decide(
  held: readonly string[],
  here: readonly string[],
  found: Partial<Findings> = {},
  asked: Partial<RestoreRequest> = {},
): RestorePlan | Refusal[] {
  const points = [point(id, { stores: held })];
  const stores = here.map(store);
  return planRestore(findings({ offsite: { state: "ok", points }, stores, ...found }), request(asked));
}

function planned(...args: Parameters<typeof decide>): RestorePlan {
  const plan = decide(...args);
  assert.ok(!Array.isArray(plan), JSON.stringify(plan));
  return plan;
}

function refused(...args: Parameters<typeof decide>): string[] {
  const refusals = decide(...args);
  assert.ok(Array.isArray(refusals), "expected a refusal, got a plan");
  return refusals.map(({ code, sentence }) => `${code}: ${sentence}`);
}

const off = [{ name: "n8n", why: "not enabled" }];
const both = ["mongo", "redis"];

test("the same stores in both: nothing is left out, in whatever order they are", () => {
  assert.deepEqual(planned(["redis", "mongo"], both).leftOut, []);
});

test("a store that is switched off is left out, and the plan says how to have its data", () => {
  const plan = planned([...both, "n8n"], both, { off });
  assert.deepEqual(plan.leftOut, [
    {
      store: "n8n",
      sentence:
        "n8n is left out, since it is switched off here (not enabled): the point's data of it is not restored, and what " +
        'this machine has of it stays as it is. To restore it too, set services.n8n.enabled to true, run "./kaleem up", and restore ' +
        `point ${id} then; that replaces the data of all stores, so do it before opening the platform.`,
    },
  ]);
  assert.match(renderPlan(plan), /^ {2}warning: n8n is left out, since it is switched off here/m);
});

test("a store that the platform runs and the point does not hold is refused; it says what becomes of it if left out", () => {
  const why =
    `restore: point ${id} does not hold n8n, which this platform runs: the point is older than that store, or was taken while ` +
    "it was switched off. Choose another point (./kaleem points), or restore the others with --leave-out n8n. ";
  assert.deepEqual(refused(both, [...both, "n8n"]), [`stores-differ: ${why}It then starts empty.`]);
  const over = { root: founded, host: "host-old" };
  assert.deepEqual(refused(both, [...both, "n8n"], over, { overExisting: true }), [
    `stores-differ: ${why}It then keeps its current data, which is newer than the others' and may reference records missing from the restored stores.`,
  ]);
});

test("when it is named it is left out: neither stopped nor started, and that is said", () => {
  const plan = planned(both, [...both, "n8n"], {}, { leaveOut: ["n8n"] });
  assert.deepEqual(plan.leftOut, [
    {
      store: "n8n",
      sentence: `n8n is left out as asked: point ${id} does not hold it. It then starts empty.`,
    },
  ]);
  assert.equal(plan.phases.find(({ name }) => name === "stop")?.what, "stop mongo, redis");
});

test("a store that the platform does not know is refused unless it is named", () => {
  assert.deepEqual(refused([...both, "qdrant"], both), [
    `stores-differ: restore: point ${id} holds qdrant, a store that this platform does not have. Restore with the version of ` +
      "this repository that took the point, or restore without its data: --leave-out qdrant.",
  ]);
  const { leftOut } = planned([...both, "qdrant"], both, {}, { leaveOut: ["qdrant"] });
  assert.deepEqual(
    leftOut.map(({ sentence }) => sentence),
    [
      `qdrant is left out as asked: point ${id} holds it, this platform has no such store, and its data is not restored.`,
    ],
  );
});

test("every difference is told at once", () => {
  const said = refused(["mongo", "qdrant"], ["mongo", "redis", "n8n"]);
  assert.deepEqual(
    said.map((each) => /point \S+ (holds|does not hold) (\w+)/.exec(each)?.slice(1).join(" ")),
    ["holds qdrant", "does not hold redis", "does not hold n8n"],
  );
});

test("a store that both have, or neither, cannot be left out", () => {
  const { leftOut } = planned([...both, "n8n"], both, { off }, { leaveOut: ["n8n"] });
  assert.equal(leftOut.length, 1);
  assert.deepEqual(refused(both, both, {}, { leaveOut: ["redis", "reddis"] }), [
    `bad-request: --leave-out: expected a store that only one of point ${id} and this platform has, got redis, which both have: ` +
      "left out, its data would not match that of the others. Remove it from the command.",
    `bad-request: --leave-out: expected a store that only one of point ${id} and this platform has, got "reddis", which neither has. Remove it from the command.`,
  ]);
});
