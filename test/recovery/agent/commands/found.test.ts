import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { openCommand } from "../../../../recovery/agent/commands/open-close.ts";
import { foundCommand, type FoundOptions } from "../../../../recovery/agent/commands/found.ts";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { layout } from "../../../../contract/layout.ts";
import { readClaim } from "../../../../recovery/lineage/claim.ts";
import type { Head } from "../../../../recovery/lineage/head.ts";
import { beginJournal } from "../../../../recovery/restore/journal/begin-journal.ts";
import type { PhaseName } from "../../../../recovery/restore/plan/phase-name.ts";
import { planRestore } from "../../../../recovery/restore/plan/plan.ts";
import { phaseNames } from "../../../../recovery/restore/plan/phase-name.ts";
import { tagsOf } from "../../../../recovery/point/point-tags.ts";
import { findings, request } from "../../restore/phases/findings-fixture.ts";
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

async function refusal(wanted: string | null = null, options: FoundOptions = {}): Promise<RecoveryError> {
  const error: unknown = await foundCommand(agent.context, wanted, options).then(
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
      nonce: (await readClaim(agent.context.host, head()))?.nonce,
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
      /^The bucket has a head already \(lineage prod-1, generation 7, of stack prod since 2026-11-01T00:00:00\.000Z\), so this empty data root has no lineage: run `\.\/kaleem restore`/,
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

  it("goes on where a run was killed before it knew that it had made the head", async () => {
    await foundCommand(agent.context, "prod-1");
    const made = head();
    agent.files.set(intent, JSON.stringify({ lineage: "prod-1", generation: 1, host: machineId }));
    agent.files.delete(layout.lineage);
    const claims = JSON.parse(agent.files.get(`${layout.lineage}.claim`) ?? "[]") as Record<
      string,
      unknown
    >[];
    const killed = claims.map((claim) => ({
      ...claim,
      nonce: null,
      intended: made.nonce,
      bucket: null,
      seenAt: null,
    }));
    agent.files.set(`${layout.lineage}.claim`, JSON.stringify(killed));
    assert.equal((await foundCommand(agent.context, null)).state, "founded");
    assert.equal((await readClaim(agent.context.host, made))?.nonce, made.nonce);
  });

  it("takes an intention that cannot be understood for none", async () => {
    agent.files.set(intent, "{");
    assert.equal((await foundCommand(agent.context, "prod-1")).state, "founded");
  });
});

describe("founding is refused", () => {
  const points = (lineage: string, generation: number, hours: readonly number[]) =>
    hours.map((hour) => {
      const instant = new Date(Date.UTC(2026, 10, 21, hour)).toISOString();
      const id = `20261121T${String(hour).padStart(2, "0")}0000Z-0000`;
      const tags = tagsOf({ id, lineage, generation, instant, stores: ["mongo"] });
      return { id: `s${hour}`, time: instant, host: lineage, paths: [], tags, bytes: 1 };
    });

  async function untouched(exitCode: number, message: RegExp, options: FoundOptions = {}): Promise<void> {
    const files = new Map(agent.files);
    const error = await refusal(null, options);
    assert.match(error.message, message);
    assert.equal(error.exitCode, exitCode);
    assert.deepEqual(agent.files, files);
    assert.deepEqual(agent.docker.calls, [], "the edge stays as it was");
    assert.deepEqual(
      agent.s3.requests.filter(({ method }) => method !== "GET"),
      [],
    );
  }

  it("where the off-site repository holds points, although the head record is gone", async () => {
    agent.offsite.there = true;
    agent.offsite.list = points("prod-1", 2, [1, 2]);
    await untouched(
      exitCodes.alreadyFounded,
      /^The off-site repository offsite holds 2 points of lineage prod-1, the newest 20261121T020000Z-0000, so no empty lineage is founded beside them: run `\.\/kaleem restore --from offsite` to bring them here, or configure another bucket or prefix\.$/,
    );
  });

  it("where the local repository holds points", async () => {
    agent.local.there = true;
    agent.local.list = points("prod-1", 2, [1]);
    await untouched(
      exitCodes.alreadyFounded,
      /^The local repository local holds 1 point of lineage prod-1, the newest 20261121T010000Z-0000, .* or if nobody wants them any more, move that folder away\.$/,
    );
  });

  it("not for points that this host took of itself while it was nobody's, but for another host's", async () => {
    agent.local.there = true;
    agent.local.list = points("host-89abcdef", 0, [1]);
    await untouched(exitCodes.alreadyFounded, /holds 1 point of lineage host-89abcdef/);
    agent.local.list = points("host-01234567", 0, [1]);
    assert.equal((await foundCommand(agent.context, null)).state, "founded");
  });

  it("with every reason at once", async () => {
    agent.offsite.there = agent.local.there = true;
    agent.offsite.list = points("prod-1", 2, [1, 2]);
    agent.local.list = points("prod-1", 2, [1]);
    const other = {
      lineage: "prod-1",
      generation: 2,
      host: "other",
      stack: "prod",
      parent: null,
      changedAt: "2026-11-01T00:00:00.000Z",
    };
    agent.s3.objects.set(headKey, { body: JSON.stringify(other), version: 1 });
    const error = await refusal(null, { kitGiven: true });
    assert.deepEqual(
      error.message.split("\n").map((line) => line.slice(0, 22)),
      [
        "The bucket has a head ",
        "The off-site repositor",
        "The local repository l",
        "A recovery kit was giv",
      ],
    );
  });

  it("where a repository cannot be read: not knowing is no proof of emptiness", async () => {
    agent.offsite.snapshots = () =>
      Promise.reject(new RecoveryError(exitCodes.wrongPassword, "the password is wrong"));
    await untouched(exitCodes.wrongPassword, /the password is wrong/);
  });

  it("when a kit was given", async () => {
    await untouched(
      exitCodes.usage,
      /^A recovery kit was given, so a lost platform is to come back and no empty lineage is founded: run `\.\/kaleem restore`/,
      { kitGiven: true },
    );
  });

  it("where the bucket does not do conditional writes, before anything else is written", async () => {
    for (const conditions of ["ignored", "racy", { status: 501, code: "NotImplemented" }] as const) {
      agent.s3.conditions = conditions;
      const files = new Map(agent.files);
      const error = await refusal();
      assert.equal(error.exitCode, exitCodes.offsiteRefused);
      assert.match(
        error.message,
        /does not do the conditional writes that keep two hosts from writing at once/,
      );
      assert.deepEqual(agent.files, files);
      assert.equal(agent.s3.objects.has(headKey), false);
    }
  });

  /** A restore that ended in the middle of a phase. */
  function unfinished(at: PhaseName): string {
    const plan = planRestore(findings(), request());
    assert.ok(!Array.isArray(plan));
    const journal = beginJournal(plan, new Date("2026-11-20T03:20:00Z"));
    const startedAt = "2026-11-20T03:20:00.000Z";
    const phases = phaseNames.slice(0, phaseNames.indexOf(at) + 1).map((name) => {
      return {
        name,
        state: name === at ? ("failed" as const) : ("done" as const),
        startedAt,
        seconds: 1,
        bytes: null,
        detail: "",
      };
    });
    agent.files.set(`${layout.agentState}/restore.json`, JSON.stringify({ ...journal, phases }));
    return plan.id;
  }

  it("while a restore is unfinished, and the edge is not opened either: founded or not", async () => {
    unfinished("verify");
    const sentence =
      /^Restore \S+ is unfinished on this host \(at "verify"\), so no lineage is founded and nothing is opened\. Repeat `\.\/kaleem restore`/;
    await untouched(exitCodes.restoreUnfinished, sentence);
    agent.files.set(layout.lineage, JSON.stringify({ lineage: "prod-1", generation: 1, host: machineId }));
    await untouched(exitCodes.restoreUnfinished, sentence);
  });

  it("while a restore runs", async () => {
    const lock = await agent.context.locks.acquire("restore");
    try {
      await untouched(
        exitCodes.busy,
        /^A restore runs on this host, so no lineage is founded and nothing is opened\./,
      );
    } finally {
      await lock.release();
    }
  });

  it("and refused data is opened by the name of its restore only", async () => {
    const opening = async (named: string | null = null): Promise<string> => {
      const quick = { ...agent.context, config: { ...agent.context.config, applications: [] } };
      return openCommand(quick, named).then(
        () => "open",
        (error: unknown) => String(error),
      );
    };
    assert.match(
      await opening(),
      /^RecoveryError: This data root is of no lineage, so nothing of it would ever be shipped/,
    );
    for (const at of ["place", "reset-users", "start", "verify", "open"] as const) {
      const id = unfinished(at);
      assert.match(
        await opening(),
        new RegExp(
          `^RecoveryError: Restore ${id} is unfinished \\(at "${at}"\\): the data in place is what it refused.*\`kaleem-agent open ${id}\``,
        ),
      );
      assert.match(
        await opening("other"),
        /There is no unfinished restore other on this host; the unfinished one is/,
      );
      assert.ok(agent.files.has(layout.closed));
      assert.equal(await opening(id), "open");
      agent.files.set(layout.closed, "closed");
    }
    agent.files.set(layout.lineage, JSON.stringify({ lineage: "prod-1", generation: 1, host: machineId }));
    for (const at of ["fetch", "stop", "record"] as const) {
      unfinished(at);
      assert.equal(await opening(), "open", "the present data is untouched, or serves already");
    }
  });
});
