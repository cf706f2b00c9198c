import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { foundCommand } from "../../../../recovery/agent/commands/found.ts";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { layout } from "../../../../contract/layout.ts";
import type { Head } from "../../../../recovery/lineage/head.ts";
import { agentFixture, machineId, type AgentFixture } from "../agent-fixture.ts";

const headKey = "/kaleem-backup/lineage/head.json";
const intent = `${layout.lineage}.seeding`;

let agent: AgentFixture;
beforeEach(async () => {
  agent = await agentFixture();
  agent.local.there = false;
  agent.offsite.there = false;
  agent.files.set(layout.closed, "closed");
  agent.docker.containers.set("edge1", { service: "nginx", startedAt: "t", paused: false });
});
afterEach(() => agent.stop());

function head(): Head {
  return JSON.parse(agent.s3.objects.get(headKey)?.body ?? "null") as Head;
}

async function refusal(wanted: string | null = null): Promise<RecoveryError> {
  const error: unknown = await foundCommand(agent.context, wanted).then(
    () => assert.fail("it founded"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RecoveryError, String(error));
  return error;
}

describe("seed", () => {
  it("claims the head, marks the data root, makes both repositories and opens the edge", async () => {
    const founded = await foundCommand(agent.context, "prod-1");
    assert.deepEqual(founded, { lineage: "prod-1", generation: 1, host: machineId, state: "founded" });
    assert.deepEqual(head(), {
      lineage: "prod-1",
      generation: 1,
      host: machineId,
      stack: "test",
      parent: null,
      changedAt: head().changedAt,
    });
    assert.deepEqual(JSON.parse(agent.files.get(layout.lineage) ?? ""), {
      lineage: "prod-1",
      generation: 1,
      host: machineId,
    });
    assert.ok(agent.local.there && agent.offsite.there);
    assert.equal(agent.files.has(layout.closed), false);
    assert.equal(agent.files.has(intent), false);
    assert.deepEqual(agent.docker.calls, ["POST /containers/edge1/kill"]);
  });

  it("makes up a lineage of its own, with the stack's name", async () => {
    assert.match((await foundCommand(agent.context, null)).lineage, /^test-[0-9a-f]{8}$/);
  });

  it("changes nothing when run again, and opens an edge that was left closed", async () => {
    const first = await foundCommand(agent.context, null);
    const before = agent.s3.objects.get(headKey);
    agent.files.set(layout.closed, "closed");
    const second = await foundCommand(agent.context, null);
    assert.deepEqual(second, { ...first, state: "already-founded" });
    assert.equal(agent.s3.objects.get(headKey), before);
    assert.equal(agent.files.has(layout.closed), false);
  });

  it("refuses an empty data root where the bucket has a head, names it and leaves everything as it was", async () => {
    const other = {
      lineage: "prod-1",
      generation: 7,
      host: "f".repeat(32),
      stack: "prod",
      parent: null,
      changedAt: "2026-11-01T00:00:00.000Z",
    };
    agent.s3.objects.set(headKey, { body: JSON.stringify(other), version: 1 });
    const files = new Map(agent.files);
    const error = await refusal();
    assert.equal(error.exitCode, exitCodes.alreadyFounded);
    assert.match(
      error.message,
      /^The bucket has a head already \(lineage prod-1, generation 7, of stack prod since 2026-11-01T00:00:00\.000Z\), so this empty data root has no lineage: run `npm run restore`/,
    );
    assert.deepEqual(agent.files, files);
    assert.deepEqual(head(), other);
  });

  it("refuses this host's own head when the disk with the data is new: that is a case for a restore", async () => {
    await foundCommand(agent.context, "prod-1");
    agent.files.delete(layout.lineage);
    assert.equal((await refusal()).exitCode, exitCodes.alreadyFounded);
  });

  it("goes on where a run was killed between head and data root", async () => {
    await foundCommand(agent.context, "prod-1");
    agent.files.set(intent, agent.files.get(layout.lineage) ?? "");
    agent.files.delete(layout.lineage);
    const again = await foundCommand(agent.context, null);
    assert.equal(again.state, "founded");
    assert.equal(again.lineage, "prod-1");
    assert.ok(agent.files.has(layout.lineage));
  });

  it("refuses another lineage on a data root that has a lineage", async () => {
    await foundCommand(agent.context, "prod-1");
    const error = await refusal("prod-2");
    assert.equal(error.exitCode, exitCodes.alreadyFounded);
    assert.equal(error.message, "This data root has a lineage already, prod-1: nothing was changed.");
  });

  it("does not open the edge of a host that another one has replaced", async () => {
    await foundCommand(agent.context, "prod-1");
    agent.files.set(layout.closed, "closed");
    agent.s3.objects.set(headKey, {
      body: JSON.stringify({ ...head(), generation: 2, host: "other" }),
      version: 9,
    });
    assert.equal((await refusal()).exitCode, exitCodes.superseded);
    assert.ok(agent.files.has(layout.closed));
  });

  it("changes nothing while the bucket does not answer", async () => {
    agent.s3.refuse = { status: 503, code: "SlowDown" };
    assert.equal((await refusal()).exitCode, exitCodes.offsiteUnreachable);
    assert.equal(agent.files.has(layout.lineage), false);
    assert.ok(agent.files.has(layout.closed));
  });
});
