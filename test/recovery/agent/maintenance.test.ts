import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { checkCommand, forgetCommand, pruneCommand } from "../../../recovery/agent/commands/maintenance.ts";
import { StoppedError } from "../../../recovery/agent/stopped-error.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { jobs } from "../../../contract/jobs.ts";
import { layout } from "../../../contract/layout.ts";
import { tagsOf } from "../../../recovery/point/point-tags.ts";
import type { RunLimits } from "../../../recovery/restic/run-limits.ts";
import type { Snapshot } from "../../../recovery/restic/snapshot.ts";
import { agentFixture, machineId, type AgentFixture } from "./agent-fixture.ts";

const own = { lineage: "prod-1", generation: 1, host: machineId };
const catalogueKey = "/kaleem-backup/catalogue/points.json";

let agent: AgentFixture;
beforeEach(async () => {
  agent = await agentFixture();
  agent.files.set(layout.lineage, JSON.stringify(own));
  setHead({});
  for (const place of [agent.local, agent.offsite]) place.list.push(...[1, 2, 3, 4].map(snapshot));
  for (const { id } of agent.offsite.list) agent.s3.objects.set(recordKey(id), { body: "", version: 1 });
});
afterEach(() => agent.stop());

function recordKey(snapshot: string): string {
  return `/kaleem-backup/restic/snapshots/${snapshot}`;
}

function setHead(difference: object): void {
  const head = { ...own, stack: "test", parent: null, changedAt: "2026-11-21T00:00:00.000Z", ...difference };
  agent.s3.objects.set("/kaleem-backup/lineage/head.json", { body: JSON.stringify(head), version: 1 });
}

function snapshot(hour: number): Snapshot {
  const instant = new Date(Date.UTC(2026, 10, 21, hour)).toISOString();
  const id = `20261121T${String(hour).padStart(2, "0")}0000Z-0000`;
  const tags = tagsOf({ id, lineage: "prod-1", generation: 1, instant, stores: ["mongo"] });
  return { id: `s${hour}`, time: instant, host: "prod-1", paths: [layout.point], tags, bytes: 1 };
}

function record(job: string): { lastRun: { ok: boolean; exitCode: number; message: string } } {
  return JSON.parse(agent.files.get(`${layout.agentState}/${job}.json`) ?? "null") as ReturnType<
    typeof record
  >;
}

function metrics(job: string): string {
  return agent.files.get(`${layout.metrics}/kaleem-${job}.prom`) ?? "";
}

async function failure(work: Promise<unknown>): Promise<RecoveryError> {
  const error: unknown = await work.then(
    () => assert.fail("it went well"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RecoveryError, String(error));
  return error;
}

/** What restic's wrapper throws when its signal is aborted. */
function aborted({ signal }: RunLimits): Promise<never> {
  return new Promise((_, reject) => {
    const stopped = new StoppedError(["restic"], "aborted", "was interrupted", "");
    const fail = (): void =>
      reject(new RecoveryError(exitCodes.failed, "restic was stopped", { cause: stopped }));
    if (signal?.aborted) fail();
    else signal?.addEventListener("abort", fail, { once: true });
  });
}

const offsite = ["--repository", "offsite"];
const local = ["--repository", "local"];

describe("forget", () => {
  it("forgets nothing while this lineage's newest point is dated in the future, and says why", async () => {
    // The fixture's clock stands at 12:00.
    for (const place of [agent.local, agent.offsite]) place.list.push(snapshot(13));
    for (const args of [local, offsite]) {
      const { forgotten, points, skipped } = await forgetCommand(agent.context, args);
      assert.deepEqual([forgotten, points], [0, 5]);
      assert.match(
        skipped ?? "",
        /^nothing was forgotten: point 20261121T130000Z-0000 is dated 2026-11-21T13:00:00\.000Z, in the future, .* restic -r \S+ forget s13$/,
      );
    }
    assert.equal(agent.local.list.length, 5);
    assert.match(record("forget-offsite").lastRun.message, /^nothing was forgotten: point 20261121T130000Z/);
    assert.equal(record("forget-offsite").lastRun.ok, true);
  });

  it("minds neither another lineage's future nor what two clocks may differ by", async () => {
    const soon = { ...snapshot(12), id: "soon", time: "2026-11-21T12:00:50.000Z" };
    agent.local.list.unshift({ ...snapshot(13), host: "other-1" }, soon);
    assert.equal((await forgetCommand(agent.context, local)).skipped, undefined);
    assert.equal(agent.local.list.length, 2);
  });

  it("keeps by each place's own retention, says what is left, and leaves a record and a metric", async () => {
    assert.deepEqual(await forgetCommand(agent.context, local), { forgotten: 2, points: 2, held: 0 });
    assert.deepEqual(await forgetCommand(agent.context, offsite), { forgotten: 2, points: 2, held: 0 });
    assert.match(
      agent.local.asked[0] ?? "",
      /--host prod-1 --group-by host --keep-last 1 --keep-within 48h --keep-daily 1 /,
    );
    assert.match(
      agent.offsite.asked[0] ?? "",
      /--keep-within 360h --keep-daily 7 --keep-weekly 4 --keep-monthly 6$/,
    );
    assert.equal(agent.offsite.asked[1], "forget s1 s2");
    assert.equal(record("forget-offsite").lastRun.message, "2 points forgotten, 2 left");
    assert.match(metrics("forget-offsite"), /backup_last_exit_code\{job="forget-offsite"\} 0\n/);
    assert.match(metrics("forget-local"), /backup_snapshot_count\{repo="local"\} 2\n/);
    const catalogue = JSON.parse(agent.s3.objects.get(catalogueKey)?.body ?? "") as {
      points: { id: string }[];
    };
    assert.deepEqual(
      catalogue.points.map(({ id }) => id.slice(9, 11)),
      ["03", "04"],
    );
  });

  it("takes off-site only what was stored there longer ago than the lock holds, whenever the point was taken", async () => {
    // The fixture's clock stands at 12:00 on the 21st.
    agent.s3.storedAt.set(recordKey("s1"), "2026-11-07T11:59:00.000Z");
    agent.s3.storedAt.set(recordKey("s2"), "2026-11-07T12:01:00.000Z");
    agent.s3.aheadMs = -3_600_000;
    assert.deepEqual(await forgetCommand(agent.context, offsite), { forgotten: 0, points: 4, held: 2 });
    agent.s3.aheadMs = 0;
    agent.offsite.asked.length = 0;
    assert.deepEqual(await forgetCommand(agent.context, offsite), { forgotten: 1, points: 3, held: 1 });
    assert.equal(agent.offsite.asked[1], "forget s1");
    assert.equal(
      record("forget-offsite").lastRun.message,
      "1 points forgotten, 3 left; 1 of them would go, and wait until the bucket's lock on them has ended",
    );
  });

  it("keeps what a longer lock holds, is well all the same, and says what to set", async () => {
    agent.offsite.beforeAsked = (command) =>
      command.startsWith("forget s")
        ? Promise.reject(new RecoveryError(exitCodes.objectLocked, "held"))
        : Promise.resolve();
    assert.deepEqual(await forgetCommand(agent.context, offsite), { forgotten: 0, points: 4, held: 2 });
    assert.match(agent.lines.join("\n"), /holds points for longer than backups\.lockFor says \(336h\)/);
    assert.equal(record("forget-offsite").lastRun.ok, true);
  });

  it("changes nothing off-site on a host that another one has replaced, nor on one that is without a lineage", async () => {
    setHead({ generation: 2, host: "other" });
    for (const command of [forgetCommand, pruneCommand])
      assert.equal((await failure(command(agent.context, offsite))).exitCode, exitCodes.superseded);
    agent.files.delete(layout.lineage);
    for (const command of [forgetCommand, pruneCommand]) await command(agent.context, offsite);
    assert.deepEqual(agent.offsite.asked, []);
    assert.equal(record("prune-offsite").lastRun.ok, true);
  });

  it("names what it was given instead of a repository", async () => {
    for (const args of [[], ["--repository"], ["--repository", "both"], ["--repository", "local", "x"]]) {
      const error = await failure(forgetCommand(agent.context, args));
      assert.equal(error.exitCode, exitCodes.usage);
      assert.equal(
        error.message,
        `forget: expected --repository local or --repository offsite, got "${args.join(" ")}".`,
      );
    }
  });
});

describe("prune", () => {
  it("goes on in pieces until nothing is left to move", async () => {
    agent.offsite.prunesToCome = 3;
    assert.equal((await pruneCommand(agent.context, offsite)).pieces, 3);
    assert.deepEqual(agent.offsite.asked, Array(3).fill(`prune ${128 * 1024 * 1024}`));
    assert.match(metrics("prune-offsite"), /backup_index_files\{repo="offsite"\} 1\n/);
  });

  it("gives way to whoever wants the repository, keeps what it has moved, and goes on with a smaller piece", async () => {
    const limits: RunLimits[] = [];
    let first = true;
    agent.local.beforeAsked = async (command, given) => {
      limits.push(given);
      if (!command.startsWith("prune") || !first) return;
      first = false;
      const stopped = aborted(given);
      const point = agent.context.locks.acquire("repository", 10_000).then((lock) => lock.release());
      await Promise.all([stopped, point]);
    };
    assert.equal((await pruneCommand(agent.context, local)).pieces, 1);
    assert.deepEqual(agent.local.asked, ["repair index", `prune ${256 * 1024 * 1024}`]);
    assert.ok(agent.lines.includes("gave way to a run that wants the local repository (1)"));
    assert.ok(limits.every(({ stallAfterMs }) => stallAfterMs === jobs["prune-local"].stallAfterMs));
  });

  it("does not take a damaged repository for giving way", async () => {
    agent.local.beforeAsked = () =>
      Promise.reject(new RecoveryError(exitCodes.repositoryDamaged, "it is damaged"));
    assert.equal((await failure(pruneCommand(agent.context, local))).exitCode, exitCodes.repositoryDamaged);
    assert.match(metrics("prune-local"), /backup_last_exit_code\{job="prune-local"\} 33\n/);
  });

  it("is well when the bucket keeps packs, says how many and why, and has them indexed before it goes on", async () => {
    const held = { packs: 7, removed: 0, because: "lock", unindexed: false } as const;
    agent.offsite.heldToCome = [{ ...held, unindexed: true }, { ...held, removed: 2, packs: 9 }, held];
    const result = await pruneCommand(agent.context, offsite);
    assert.deepEqual([result.waiting, result.waitingFor], [7, "lock"]);
    const prune = `prune ${128 * 1024 * 1024}`;
    assert.deepEqual(agent.offsite.asked, [prune, "repair index", prune, "repair index", prune]);
    assert.match(
      record("prune-offsite").lastRun.message,
      /; 7 packs that nothing uses wait for the bucket's lock on them to end$/,
    );
    assert.match(metrics("prune-offsite"), /backup_packs_waiting\{repo="offsite"\} 7\n/);
    agent.offsite.asked.length = 0;
    assert.equal((await pruneCommand(agent.context, offsite)).waitingFor, null);
    assert.deepEqual(agent.offsite.asked, ["repair index", prune], "the next one begins with what waited");
    agent.offsite.heldToCome = [{ ...held, because: "rights" }];
    await pruneCommand(agent.context, offsite);
    assert.match(
      record("prune-offsite").lastRun.message,
      /wait for someone who may remove them: this host's key pair may not$/,
    );
  });

  it("is one of one maintenance at a time", async () => {
    const lock = await agent.context.locks.acquire("maintenance");
    assert.equal((await failure(checkCommand(agent.context, local))).exitCode, exitCodes.busy);
    assert.equal((await failure(pruneCommand(agent.context, local))).exitCode, exitCodes.busy);
    await lock.release();
  });
});

describe("check", () => {
  it("reads the next part of the data at each run, over and over", async () => {
    for (let run = 1; run <= 8; run += 1) await checkCommand(agent.context, local);
    assert.deepEqual(
      agent.local.asked,
      [1, 2, 3, 4, 5, 6, 7, 1].map((part) => `check ${part}/7 unlocked`),
    );
    await checkCommand(agent.context, offsite);
    assert.deepEqual(agent.offsite.asked, ["check 1/28 unlocked"]);
  });

  it("looks again with the repository for itself before it calls it damaged, and reads that part again the next time", async () => {
    const damaged = new RecoveryError(exitCodes.repositoryDamaged, "it is damaged");
    agent.local.beforeAsked = (command) =>
      command.endsWith("unlocked") ? Promise.reject(damaged) : Promise.resolve();
    assert.equal((await checkCommand(agent.context, local)).part, 1);
    agent.local.beforeAsked = () => Promise.reject(damaged);
    assert.equal((await failure(checkCommand(agent.context, local))).exitCode, exitCodes.repositoryDamaged);
    assert.match(metrics("check-local"), /backup_last_exit_code\{job="check-local"\} 33\n/);
    agent.local.beforeAsked = () => Promise.resolve();
    assert.equal((await checkCommand(agent.context, local)).part, 2);
  });
});

describe("jobs", () => {
  it("have each a command of its own, and are silent only after more than one interval", () => {
    const commands = Object.values(jobs).map(({ command }) => command.join(" "));
    assert.equal(new Set(commands).size, commands.length);
    for (const job of Object.values(jobs)) assert.ok(job.silentAfterRuns > 1 && job.stallAfterMs >= 60_000);
  });
});
