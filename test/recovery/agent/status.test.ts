import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { pointsCommand } from "../../../recovery/agent/commands/points.ts";
import { statusCommand } from "../../../recovery/agent/commands/status.ts";
import { jobNames } from "../../../contract/jobs.ts";
import { layout } from "../../../contract/layout.ts";
import { judgeBucketClock, judgePointClock } from "../../../recovery/lineage/clock.ts";
import { tagsOf } from "../../../recovery/point/point-tags.ts";
import type { Snapshot } from "../../../recovery/restic/snapshot.ts";
import { agentFixture, machineId, type AgentFixture } from "./agent-fixture.ts";

let agent: AgentFixture;
beforeEach(async () => {
  agent = await agentFixture();
  agent.files.set(layout.lineage, JSON.stringify({ lineage: "prod-1", generation: 1, host: machineId }));
});
afterEach(() => agent.stop());

/** The fixture's clock stands at 2026-11-21T12:00Z. */
function snapshot(id: string, instant: string, sequence: number, stores = ["mongo"]): Snapshot {
  const tags = tagsOf({ id, lineage: "prod-1", generation: 1, instant, sequence, stores });
  return { id: `s${sequence}`, time: instant, host: "prod-1", paths: [], tags, bytes: 1 };
}

const good = snapshot("20261121T113000Z-0001", "2026-11-21T11:30:00.000Z", 1, ["mongo", "redis"]);
const ahead = snapshot("20271121T113500Z-0002", "2027-11-21T11:35:00.000Z", 2);
const after = snapshot("20261121T114000Z-0003", "2026-11-21T11:40:00.000Z", 3);

async function clockProblems(): Promise<readonly string[]> {
  const { problems } = await statusCommand(agent.context);
  return problems.filter((problem) => problem.startsWith("clock:"));
}

describe("status, of the jobs", () => {
  const record = (finishedAt: string, ok = true) => ({
    lastRun: {
      startedAt: finishedAt,
      finishedAt,
      ok,
      exitCode: ok ? 0 : 33,
      message: ok ? "done" : "A pack is missing.",
    },
    lastSuccess: { finishedAt: "2026-11-18T11:00:00.000Z", result: { whatever: 1 } },
  });
  const put = (job: string, text: object) =>
    agent.files.set(`${layout.agentState}/${job}.json`, JSON.stringify(text));

  it("tells the last end of every one of the list, and which have been silent for too long", async () => {
    put("check-local", record("2026-11-21T03:00:00.000Z", false));
    put("forget-local", record("2026-11-18T11:00:00.000Z"));
    put("prune-local", {
      ...record("2026-11-21T01:00:00.000Z"),
      lastSuccess: { finishedAt: "2026-11-21T01:00:00.000Z", result: {} },
    });
    const { jobs } = await statusCommand(agent.context);
    assert.deepEqual(
      jobs.map(({ job }) => job),
      jobNames,
    );
    const told = (name: string) => {
      const found = jobs.find(({ job }) => job === name);
      return [found?.lastRun?.ok, found?.lastRun?.message, found?.silentSeconds];
    };
    assert.deepEqual(told("check-local"), [false, "A pack is missing.", 262_800]);
    assert.deepEqual(told("forget-local"), [true, "done", 262_800]);
    assert.deepEqual(told("prune-local"), [true, "done", null]);
    assert.deepEqual(told("check-offsite"), [undefined, undefined, null]);
  });

  it("calls a job silent that never ran, once there are points for as long as it may be silent", async () => {
    const silent = async () =>
      (await statusCommand(agent.context)).jobs.find(({ job }) => job === "check-local")?.silentSeconds;
    assert.equal(await silent(), null, "nothing says since when this host is at work");
    agent.local.list = [good];
    assert.equal(await silent(), null);
    agent.local.list = [snapshot("20261117T120000Z-0001", "2026-11-17T12:00:00.000Z", 1), good];
    assert.equal(await silent(), 345_600);
  });

  it("judges point and ship by how often this stack lets them run", async () => {
    put("point", record("2026-11-18T11:00:00.000Z"));
    const silent = async (pointEvery: number | null) => {
      const everyMs = pointEvery === null ? undefined : { pointEvery, shipEvery: 300_000 };
      const { jobs } = await statusCommand({
        ...agent.context,
        config: { ...agent.context.config, everyMs },
      });
      return jobs.find(({ job }) => job === "point")?.silentSeconds;
    };
    assert.equal(await silent(300_000), 262_800);
    assert.equal(await silent(90_000_000), null);
    assert.equal(await silent(null), null);
  });
});

describe("status, under a clock that was wrong", () => {
  it("tells what would be lost by the newest point that is not dated in the future, and says so", async () => {
    agent.local.list = [good, ahead];
    const { stores } = await statusCommand(agent.context);
    assert.deepEqual(stores.mongo?.local, {
      point: "20271121T113500Z-0002",
      instant: "2027-11-21T11:35:00.000Z",
      ageSeconds: 1800,
    });
    assert.equal(stores.redis?.local?.ageSeconds, 1800);
    assert.deepEqual(await clockProblems(), [
      "clock: point 20271121T113500Z-0002 is dated in the future; what would be lost now is told without it",
    ]);
  });

  it("promises nothing where every point is dated in the future", async () => {
    agent.local.list = [ahead];
    assert.equal((await statusCommand(agent.context)).stores.mongo?.local, null);
    assert.equal((await clockProblems()).length, 1);
  });

  it("names the next point the newest, however the one before it is dated", async () => {
    agent.local.list = [good, ahead, after];
    const { stores } = await statusCommand(agent.context);
    assert.deepEqual(stores.mongo?.local, {
      point: "20261121T114000Z-0003",
      instant: "2026-11-21T11:40:00.000Z",
      ageSeconds: 1200,
    });
    const { points } = await pointsCommand(agent.context, false);
    assert.deepEqual(
      points.map(({ id }) => id),
      ["20261121T114000Z-0003", "20271121T113500Z-0002", "20261121T113000Z-0001"],
    );
  });

  it("says that the clock went back, and that it is far from the bucket's", async () => {
    const ports = { host: agent.context.host, log: agent.context.log };
    const point = { id: "20261121T114000Z-0003", instant: "2026-11-21T11:40:00.000Z", copiedAt: [] };
    await judgePointClock(ports, point, "2026-11-21T11:41:00.000Z");
    await judgeBucketClock(ports, -120_000);
    assert.deepEqual(await clockProblems(), [
      "clock: it went back by 60 s before point 20261121T114000Z-0003",
      "clock: 120 s ahead of the bucket's at 2026-11-21T12:00:00.000Z",
    ]);
  });

  it("says nothing of a clock that goes as it should", async () => {
    agent.local.list = [good, after];
    assert.deepEqual(await clockProblems(), []);
  });
});
