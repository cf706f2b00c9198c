import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { layout } from "../../../../contract/layout.ts";
import { pointBeforeUpdate } from "../../../../recovery/agent/commands/point-before-update.ts";
import type { PointResult } from "../../../../recovery/agent/answers/run-record.ts";
import { agentFixture, machineId, type AgentFixture } from "../agent-fixture.ts";

const point: PointResult = {
  ...{ point: "p1", lineage: "prod-1", generation: 1, instant: "2026-11-21T11:50:00.000Z", snapshot: "s" },
  ...{ stores: ["redis"], attempts: 1, pauseMs: 1, firstPassMs: 1, secondPassMs: 1, backupMs: 1 },
  ...{ totalMs: 4, files: 1, bytes: 1, bytesAdded: 1 },
};
const failure = new RecoveryError(exitCodes.failed, "Store redis does not run.");
const fails = () => Promise.reject(failure);

let agent: AgentFixture;
let taken = 0;
const take = () => Promise.resolve((taken++, point));
beforeEach(async () => {
  agent = await agentFixture();
  taken = 0;
  const lineage = { lineage: "prod-1", generation: 1, host: machineId };
  agent.files.set(layout.lineage, JSON.stringify(lineage));
  agent.files.delete(layout.closed);
});
afterEach(() => agent.stop());

/** As a run of the job has left it; the fixture's time is 12:00. */
function newestWas(instant: string): void {
  const result = { ...point, instant };
  const lastRun = { startedAt: instant, finishedAt: instant, ok: true, exitCode: 0, message: "" };
  const record = { lastRun, lastSuccess: { finishedAt: instant, result } };
  agent.files.set(`${layout.agentState}/point.json`, JSON.stringify(record));
}

test("a platform that serves is kept before it is changed", async () => {
  assert.deepEqual(await pointBeforeUpdate(agent.context, take), point);
  assert.equal(taken, 1);
});

test("one without a lineage, or closed, has nothing to keep, and the update goes on", async () => {
  agent.files.set(layout.closed, "closed");
  const closed = await pointBeforeUpdate(agent.context, take);
  assert.deepEqual(closed, {
    point: null,
    why: "the platform is closed: nobody has written since its newest point",
  });
  agent.files.delete(layout.lineage);
  agent.files.delete(layout.closed);
  const fresh = await pointBeforeUpdate(agent.context, take);
  assert.deepEqual(fresh, { point: null, why: "this host has no lineage yet: there is nothing to keep" });
  assert.equal(taken, 0);
});

test("without a point of its own an update goes on beside a recent one, and says so: it may be what mends the store", async () => {
  newestWas("2026-11-21T11:50:00.000Z");
  const { why } = (await pointBeforeUpdate(agent.context, fails)) as { why: string };
  assert.match(why, /^no point could be taken \(Store redis does not run\.\); the newest, p1, is .*600/);
});

test("without a recent one it does not: old, of the future, or none at all", async () => {
  await assert.rejects(pointBeforeUpdate(agent.context, fails), failure);
  for (const instant of ["2026-11-21T11:44:59.000Z", "2026-11-21T12:00:01.000Z"]) {
    newestWas(instant);
    await assert.rejects(pointBeforeUpdate(agent.context, fails), failure, instant);
  }
});
