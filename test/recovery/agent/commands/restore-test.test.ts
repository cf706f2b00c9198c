import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { layout } from "../../../../contract/layout.ts";
import { restoreTestCommand } from "../../../../recovery/agent/commands/restore-test.ts";
import { statusCommand } from "../../../../recovery/agent/commands/status.ts";
import { agentFixture, machineId, type AgentFixture } from "../agent-fixture.ts";

const statePath = `${layout.agentState}/restore-test.json`;
let agent: AgentFixture;
beforeEach(async () => {
  agent = await agentFixture();
  agent.files.set(layout.lineage, JSON.stringify({ lineage: "prod-1", generation: 1, host: machineId }));
});
afterEach(() => agent.stop());

/** Days before the fixture's noon. */
const ago = (days: number): string =>
  new Date(Date.parse("2026-11-21T12:00:00.000Z") - days * 24 * 3_600_000).toISOString();

function record(lastSuccessDays: number, last?: { readonly days: number; readonly exitCode: number }): void {
  const days = last?.days ?? lastSuccessDays;
  const exitCode = last?.exitCode ?? 0;
  const lastRun = {
    startedAt: ago(days),
    finishedAt: ago(days),
    ok: exitCode === 0,
    exitCode,
    message: "as it was",
  };
  const lastSuccess = { finishedAt: ago(lastSuccessDays), result: { local: null, offsite: null } };
  agent.files.set(statePath, JSON.stringify({ lastRun, lastSuccess }));
}

async function failure(work: Promise<unknown>): Promise<RecoveryError> {
  const error: unknown = await work.then(
    () => assert.fail("it went well"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RecoveryError, String(error));
  return error;
}

test("by its timer it does nothing before its month is over, nor in the week after a failure", async () => {
  const before = [
    () => record(27),
    () => record(200, { days: 6, exitCode: exitCodes.repositoryDamaged }),
    () => record(200, { days: 0, exitCode: exitCodes.diskFull }),
  ];
  for (const set of before) {
    set();
    const kept = agent.files.get(statePath);
    assert.deepEqual(await restoreTestCommand(agent.context, ["--if-due"]), { due: false });
    assert.equal(agent.files.get(statePath), kept, "how it ended last stays as it was");
  }
});

test("by its timer it tries when the month is over, a week after a failure, and the day after it had to give way", async () => {
  const before = [
    () => agent.files.delete(statePath),
    () => record(29),
    () => record(200, { days: 7, exitCode: exitCodes.repositoryDamaged }),
    () => record(29, { days: 1, exitCode: exitCodes.busy }),
  ];
  for (const set of before) {
    set();
    // Both repositories are empty.
    const { exitCode, message } = await failure(restoreTestCommand(agent.context, ["--if-due"]));
    assert.equal(exitCode, exitCodes.noPoint, message);
  }
});

test("by hand it tries at once; how each repository did is in metrics and status, a failure too", async () => {
  record(1);
  const { exitCode, message } = await failure(restoreTestCommand(agent.context, []));
  assert.equal(exitCode, exitCodes.noPoint);
  assert.match(
    message,
    /A restore would fail\. From this host: it holds no point .* From off-site: it holds/,
  );
  const metrics = agent.files.get(`${layout.metrics}/kaleem-restore-tests.prom`) ?? "";
  assert.match(metrics, /^backup_restore_test_ok\{repo="local"\} 0$/m);
  assert.match(metrics, /^backup_restore_test_bytes\{repo="offsite"\} 0$/m);
  assert.match(
    agent.files.get(`${layout.metrics}/kaleem-restore-test.prom`) ?? "",
    new RegExp(`backup_last_exit_code\\{job="restore-test"\\} ${exitCodes.noPoint}\n`),
  );
  const { restoreTests } = await statusCommand(agent.context);
  assert.deepEqual(restoreTests.offsite?.problems, ["it holds no point of this lineage."]);
});

test("an off-site that does not answer is that repository's failure, with its own exit code", async () => {
  const refused = new RecoveryError(exitCodes.offsiteUnreachable, "The off-site bucket does not answer.");
  agent.offsite.exists = () => Promise.reject(refused);
  agent.local.snapshots = () => Promise.reject(new RecoveryError(exitCodes.wrongPassword, "Wrong password."));
  const { exitCode, message } = await failure(restoreTestCommand(agent.context, []));
  assert.equal(exitCode, exitCodes.wrongPassword);
  assert.match(
    message,
    /From this host: Wrong password\. From off-site: The off-site bucket does not answer\./,
  );
});

test("a data root without a lineage has nothing to test, and that is no failure", async () => {
  agent.files.delete(layout.lineage);
  const { exitCode, message } = await failure(restoreTestCommand(agent.context, []));
  assert.equal(exitCode, exitCodes.busy);
  assert.match(message, /No restore test now: this data root has no lineage/);
  assert.equal(agent.files.has(statePath), false);
});

test("anything else it is asked for is refused", async () => {
  assert.match(
    (await failure(restoreTestCommand(agent.context, ["--now"]))).message,
    /expected nothing, --if-due or --clear, got "--now"/,
  );
});
