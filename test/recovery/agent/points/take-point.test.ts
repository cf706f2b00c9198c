import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { layout } from "../../../../contract/layout.ts";
import { takePoint } from "../../../../recovery/agent/points/take-point.ts";
import { beginJournal } from "../../../../recovery/restore/journal/begin-journal.ts";
import { type PhaseName, phaseNames } from "../../../../recovery/restore/plan/phase-name.ts";
import { planRestore } from "../../../../recovery/restore/plan/plan.ts";
import { findings, request } from "../../restore/phases/findings-fixture.ts";
import { agentFixture, type AgentFixture } from "../agent-fixture.ts";

let agent: AgentFixture;
beforeEach(async () => {
  agent = await agentFixture();
});
afterEach(() => agent.stop());

/** A restore that stopped before this phase. */
function stoppedAt(phase: PhaseName): void {
  const plan = planRestore(findings(), request());
  assert.ok(!Array.isArray(plan));
  const journal = beginJournal(plan, new Date("2026-11-20T03:20:00Z"));
  const phases = phaseNames.slice(0, phaseNames.indexOf(phase)).map((name) => {
    return {
      name,
      state: "done",
      startedAt: "2026-11-20T03:20:00.000Z",
      seconds: 1,
      bytes: null,
      detail: "",
    };
  });
  agent.files.set(`${layout.agentState}/restore.json`, JSON.stringify({ ...journal, phases }));
}

/** Whether a point is refused for the sake of a restore; what else stands in its way does not count. */
async function refused(): Promise<boolean> {
  try {
    await takePoint(agent.context);
    return false;
  } catch (error) {
    const isRefusal = error instanceof RecoveryError && error.exitCode === exitCodes.restoreUnfinished;
    if (isRefusal)
      assert.match(
        error.message,
        /^Restore \S+ is unfinished \(at "[a-z-]+"\), and the data in place was not verified: no point is taken of it\. Repeat `\.\/kaleem restore` to go on, or /,
      );
    return isRefusal;
  }
}

test("no point is taken of restored data that nobody has verified: its mark would spoil the verification", async () => {
  agent.files.set(layout.closed, "closed");
  for (const phase of phaseNames) {
    stoppedAt(phase);
    const wanted = ["place", "reset-users", "start", "prove", "verify", "open"].includes(phase);
    assert.equal(await refused(), wanted, phase);
  }
});

test("a platform that somebody has opened all the same has points again", async () => {
  stoppedAt("verify");
  assert.equal(await refused(), false);
});
