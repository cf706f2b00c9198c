import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { layout } from "../../../../contract/layout.ts";
import type { TakenDump } from "../../../../recovery/agent/answers/dump-record.ts";
import { shipDumpsCommand } from "../../../../recovery/agent/commands/ship-dumps.ts";
import { takeDumpsCommand } from "../../../../recovery/agent/commands/take-dumps.ts";
import { dumpsCommand } from "../../../../recovery/agent/commands/dumps.ts";
import { forgetCommand } from "../../../../recovery/agent/commands/maintenance.ts";
import { dumpSources } from "../../../../recovery/agent/dumps/dump-sources.ts";
import { takeDump } from "../../../../recovery/agent/dumps/take-dump.ts";
import { dumpManifestSchema, type DumpOutcome } from "../../../../recovery/dumps/dump-manifest.ts";
import { dumpId, dumpsHost, dumpTags, type DumpPart } from "../../../../recovery/dumps/dump-tags.ts";
import { dumpsOf } from "../../../../recovery/dumps/dumps.ts";
import type { BackupSummary } from "../../../../recovery/restic/backup-summary.ts";
import type { Snapshot } from "../../../../recovery/restic/snapshot.ts";
import { agentFixture, machineId, type AgentFixture } from "../agent-fixture.ts";

let agent: AgentFixture;
let folder: string;
/** What the program that restic starts says of itself, and what restic says then. */
let outcome: DumpOutcome | null;
let resticFails: boolean;
let kept: string[];
beforeEach(async () => {
  agent = await agentFixture();
  folder = mkdtempSync(join(tmpdir(), "kaleem-outcomes-"));
  resticFails = false;
  kept = [];
  const content = { bytes: 7, sha256: "0".repeat(64), version: null, parts: [], stated: [], leftOut: [] };
  outcome = { ok: true, content };
  agent.local.backupOutput = ({ command, file }, host, tags): Promise<BackupSummary> => {
    const [, last = ""] = [command.at(-2), command.at(-1)];
    if (command[0] === "cat") kept.push(readFileSync(last, "utf8"));
    else if (outcome !== null) writeFileSync(last, JSON.stringify(outcome));
    if (resticFails) return Promise.reject(new RecoveryError(exitCodes.failed, "restic backup failed."));
    const id = `s${agent.local.list.length}`;
    agent.local.list.push({ id, time: "", host, paths: [`/${file}`], tags, bytes: 7 });
    return Promise.resolve({ snapshot: id, files: 1, filesChanged: 1, bytes: 7, bytesAdded: 3, seconds: 1 });
  };
});
afterEach(async () => {
  await agent.stop();
  rmSync(folder, { recursive: true });
});

function take(): Promise<TakenDump> {
  const [source] = dumpSources(agent.context);
  assert.ok(source);
  const signal = new AbortController().signal;
  return takeDump(source, { context: agent.context, lineage: "prod-1", signal, folder });
}

const refusal = (code: number, sentence: RegExp) => (error: unknown) => {
  assert.ok(error instanceof RecoveryError, String(error));
  assert.equal(error.exitCode, code);
  assert.match(error.message, sentence);
  return true;
};

describe("a dump", () => {
  it("is its data and then its manifest, under the dumps' own name, and leaves nothing on this host", async () => {
    const { id, bytes, bytesAdded } = await take();
    const [dump] = dumpsOf(agent.local.list);
    assert.equal(dump?.id, id);
    assert.deepEqual([dump.file, bytes, bytesAdded], ["configs.tar", 7, 3]);
    assert.ok(agent.local.list.every(({ host }) => host === "dumps-prod-1"));
    const manifest = dumpManifestSchema.parse(JSON.parse(kept[0] ?? ""));
    assert.deepEqual([manifest.id, manifest.file, manifest.content.bytes], [id, "configs.tar", 7]);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("fails by the words of what wrote it, whatever restic makes of that", async () => {
    resticFails = true;
    const message = "Store mongo does not run on this host.";
    outcome = { ok: false, exitCode: exitCodes.storeDown, message };
    await assert.rejects(take(), refusal(exitCodes.storeDown, /^Store mongo does not run on this host\.$/));
    assert.deepEqual(readdirSync(folder), []);
    outcome = null;
    await assert.rejects(take(), refusal(exitCodes.failed, /^restic backup failed\.$/));
  });

  it("of which the repository took another number of bytes is forgotten", async () => {
    assert.ok(outcome?.ok === true);
    outcome = { ok: true, content: { ...outcome.content, bytes: 8 } };
    await assert.rejects(
      take(),
      refusal(
        exitCodes.failed,
        /^configs: the repository took 7 bytes of a dump of 8; that dump was forgotten\./,
      ),
    );
    assert.deepEqual(agent.local.list, []);
  });
});

describe("take-dumps", () => {
  it("refuses what there is not, naming what there is", async () => {
    await assert.rejects(
      takeDumpsCommand(agent.context, ["nginx"]),
      refusal(exitCodes.usage, /^take-dumps: expected --if-due, or some of configs, got "nginx"\.$/),
    );
  });

  it("does nothing where nothing is due, and that is a good end", async () => {
    assert.deepEqual(await takeDumpsCommand(agent.context, ["--if-due"]), { taken: [] });
    const record = JSON.parse(agent.files.get(`${layout.agentState}/dump.json`) ?? "null") as {
      lastRun: { ok: boolean; message: string };
    };
    assert.deepEqual([record.lastRun.ok, record.lastRun.message], [true, "nothing was due"]);
  });

  it("is put off on a data root without a lineage, while another one is at work, and while a restore is", async () => {
    await assert.rejects(
      takeDumpsCommand(agent.context, []),
      refusal(exitCodes.busy, /^No dump now: this data root has no lineage, .*The next run tries again\.$/),
    );
    agent.files.set(layout.lineage, JSON.stringify({ lineage: "prod-1", generation: 1, host: machineId }));
    for (const [name, sentence] of [
      ["dumps", /^The dumps lock is held by /],
      ["restore", /^No dump now: a restore or an import is at work\. The next run tries again\.$/],
    ] as const) {
      const lock = await agent.context.locks.acquire(name);
      try {
        await assert.rejects(takeDumpsCommand(agent.context, []), refusal(exitCodes.busy, sentence));
      } finally {
        await lock.release();
      }
    }
  });
});

function part(hour: number, which: DumpPart): Snapshot {
  const instant = new Date(Date.UTC(2026, 10, 21, hour)).toISOString();
  const tags = { id: dumpId("redis", instant), lineage: "prod-1", source: "redis", instant };
  const paths = [which === "data" ? "/redis.rdb" : "/redis.manifest.json"];
  const id = `${hour}-${which}`;
  return { id, time: instant, host: dumpsHost("prod-1"), paths, tags: dumpTags(tags, which), bytes: 1 };
}

describe("dumps of a lineage", () => {
  const own = { lineage: "prod-1", generation: 1, host: machineId };
  beforeEach(() => {
    agent.files.set(layout.lineage, JSON.stringify(own));
    const head = { ...own, stack: "test", parent: null, changedAt: "2026-11-21T00:00:00.000Z" };
    agent.s3.objects.set("/kaleem-backup/lineage/head.json", { body: JSON.stringify(head), version: 1 });
    for (const hour of [1, 2]) agent.local.list.push(part(hour, "data"), part(hour, "manifest"));
  });

  it("are shipped one at a time, the newest first, the manifest last, and then listed in both places", async () => {
    const result = await shipDumpsCommand(agent.context);
    assert.deepEqual(agent.offsite.copied, [["2-data"], ["2-manifest"], ["1-data"], ["1-manifest"]]);
    assert.deepEqual(result.shipped, ["20261121T020000Z-redis", "20261121T010000Z-redis"]);
    assert.equal(result.there, 2);
    assert.deepEqual(
      (await dumpsCommand(agent.context, true)).dumps.map(({ id, where }) => [id, where]),
      [
        ["20261121T020000Z-redis", ["local", "offsite"]],
        ["20261121T010000Z-redis", ["local", "offsite"]],
      ],
    );
    assert.deepEqual((await shipDumpsCommand(agent.context)).shipped, []);
  });

  it("are shipped by no host that another one has replaced", async () => {
    const head = { ...own, host: "other", generation: 2, stack: "test", parent: null };
    const body = JSON.stringify({ ...head, changedAt: "2026-11-21T00:00:00.000Z" });
    agent.s3.objects.set("/kaleem-backup/lineage/head.json", { body, version: 2 });
    await assert.rejects(shipDumpsCommand(agent.context), refusal(exitCodes.superseded, /./));
    assert.deepEqual(agent.offsite.copied, []);
  });

  it("are forgotten with their manifests, off-site not before the lock lets go, and not shipped again", async () => {
    await shipDumpsCommand(agent.context);
    agent.local.list.push(part(3, "data"), part(3, "manifest"));
    agent.offsite.forgettable = (policy) =>
      Promise.resolve(policy.includes("dumps-prod-1") ? ["copy-of-1-data"] : []);
    await forgetCommand(agent.context, ["--repository", "offsite"]);
    assert.equal(dumpsOf(agent.offsite.list).length, 2, "no record says since when it is there: it stays");
    for (const { id } of agent.offsite.list)
      agent.s3.objects.set(`/kaleem-backup/restic/snapshots/${id}`, { body: "", version: 1 });
    const config = { ...agent.context.config, lockForMs: 1 };
    const later = {
      ...agent.context,
      config,
      host: { ...agent.context.host, now: () => new Date(Date.now() + 60_000) },
    };
    await forgetCommand(later, ["--repository", "offsite"]);
    assert.deepEqual(
      dumpsOf(agent.offsite.list).map(({ id }) => id),
      ["20261121T020000Z-redis"],
    );
    assert.deepEqual((await shipDumpsCommand(agent.context)).shipped, ["20261121T030000Z-redis"]);
  });
});
