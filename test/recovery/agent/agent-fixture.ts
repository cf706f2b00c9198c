import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentContext } from "../../../recovery/agent/context.ts";
import { Docker } from "../../../recovery/docker/docker.ts";
import { Locks } from "../../../recovery/host/locks.ts";
import { Log } from "../../../recovery/host/log.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { HeadStore } from "../../../recovery/lineage/head-store.ts";
import { Restic, type Pruned } from "../../../recovery/restic/restic.ts";
import type { RunLimits } from "../../../recovery/restic/run-limits.ts";
import type { UploadPace } from "../../../recovery/restic/upload-pace.ts";
import type { Snapshot } from "../../../recovery/restic/snapshot.ts";
import { FakeS3 } from "../lineage/fake-s3.ts";
import { memoryHost } from "../point/memory-host.ts";
import { FakeDocker } from "../docker/fake-docker.ts";

/** A repository in memory, as far as shipping and seeding ask it. */
export class FakeRestic extends Restic {
  there: boolean;
  list: Snapshot[] = [];
  /** Every batch that was copied here. */
  readonly copied: (readonly string[])[] = [];
  /** At what pace. */
  readonly paces: (UploadPace | null)[] = [];
  /** Every other command that was asked, with its arguments. */
  readonly asked: string[] = [];
  /** Runs before any such command counts. */
  beforeAsked: (command: string, limits: RunLimits) => Promise<void> = () => Promise.resolve();
  /** What a prune has left to do afterwards, once each. */
  prunesToCome = 0;
  /** What the bucket keeps of the packs of the next prunes, once each. */
  heldToCome: Pruned["held"][] = [];
  /** Runs before a copy counts. */
  beforeCopy: (limits: RunLimits) => Promise<void> = () => Promise.resolve();
  constructor(name: string, there = true) {
    super({ url: name, passwordFile: "none" });
    this.there = there;
  }

  override exists(): Promise<boolean> {
    return Promise.resolve(this.there);
  }

  override init(): Promise<void> {
    this.there = true;
    return Promise.resolve();
  }

  override snapshots(host?: string): Promise<readonly Snapshot[]> {
    if (!this.there)
      return Promise.reject(new RecoveryError(exitCodes.noRepository, "there is no repository there"));
    return Promise.resolve(this.list.filter((snapshot) => host === undefined || snapshot.host === host));
  }

  override async copyFrom(
    source: FakeRestic,
    ids: readonly string[],
    limits: RunLimits = {},
    pace: UploadPace | null = null,
  ): Promise<void> {
    await this.beforeCopy(limits);
    this.copied.push(ids);
    this.paces.push(pace);
    const wanted = source.list.filter(({ id }) => ids.includes(id));
    this.list.push(...wanted.map((snapshot) => ({ ...snapshot, id: `copy-of-${snapshot.id}` })));
  }

  async #ask(command: string, limits: RunLimits): Promise<void> {
    await this.beforeAsked(command, limits);
    this.asked.push(command);
  }

  override async repairIndex(limits: RunLimits = {}): Promise<void> {
    await this.#ask("repair index", limits);
  }

  /** By a policy, keeps the newest two of all. */
  override async forget(which: readonly string[], limits: RunLimits = {}): Promise<void> {
    await this.#ask(`forget ${which.join(" ")}`, limits);
    this.list = which[0]?.startsWith("--")
      ? this.list.slice(-2)
      : this.list.filter(({ id }) => !which.includes(id));
  }

  override async prune(limits: RunLimits = {}, repackBytes: number | null = null): Promise<Pruned> {
    await this.#ask(`prune ${repackBytes}`, limits);
    this.prunesToCome -= 1;
    return { more: this.prunesToCome > 0, held: this.heldToCome.shift() ?? null };
  }

  /** All but the newest two. */
  override async forgettable(policy: readonly string[], limits: RunLimits = {}): Promise<readonly string[]> {
    await this.#ask(`forget --dry-run ${policy.join(" ")}`, limits);
    return this.list.slice(0, -2).map(({ id }) => id);
  }

  override countIndexFiles(): Promise<number> {
    return Promise.resolve(1);
  }

  override async check(readSubset?: string, limits: RunLimits = {}, lock = true): Promise<void> {
    await this.#ask(`check ${readSubset} ${lock ? "locked" : "unlocked"}`, limits);
  }
}

/** An agent whose host, Docker, bucket and repositories are fakes; its locks are real ones in a folder of its own. */
export interface AgentFixture {
  readonly context: AgentContext;
  readonly files: Map<string, string>;
  readonly s3: FakeS3;
  readonly docker: FakeDocker;
  readonly local: FakeRestic;
  readonly offsite: FakeRestic;
  readonly lines: string[];
  stop(): Promise<void>;
}

export const machineId = "0123456789abcdef0123456789abcdef";

/** Makes one; `stop` it. */
export async function agentFixture(): Promise<AgentFixture> {
  const [s3, docker] = await Promise.all([FakeS3.start(), FakeDocker.start()]);
  const folder = mkdtempSync(join(tmpdir(), "kaleem-agent-"));
  s3.objects.set("/kaleem-backup/restic/index/of-what-is-there", { body: "", version: 1 });
  const host = memoryHost();
  const lines: string[] = [];
  const local = new FakeRestic("local");
  const offsite = new FakeRestic("offsite");
  const offsiteConfig = { endpoint: s3.endpoint, bucket: "kaleem-backup", prefix: "", region: "auto" };
  const keys = { accessKeyId: "ID", secretAccessKey: "secret" };
  const bucket = (): Promise<Bucket> => Promise.resolve(new Bucket(offsiteConfig, keys, 1_000));
  const client = new Docker(docker.socket);
  const context: AgentContext = {
    config: {
      version: 1,
      stack: "test",
      offsite: offsiteConfig,
      stores: ["mongo", "redis"],
      applications: [{ name: "api", replicas: 2 }],
      edge: "nginx",
      off: [],
      pauseLimitMs: 2_000,
      shipTimeoutMs: 5_000,
      retention: { within: "48h", daily: 1, weekly: 1, monthly: 1 },
    },
    host,
    docker: client,
    locks: new Locks(folder, "kaleem-agent point"),
    log: new Log((line) => lines.push(line)),
    stores: [],
    opening: { docker: client, self: [] },
    local,
    offsite,
    machineId,
    interrupted: new AbortController().signal,
    bucket,
    head: async () => new HeadStore(await bucket()),
  };
  return {
    context,
    files: host.files,
    s3,
    docker,
    local,
    offsite,
    lines,
    async stop() {
      await Promise.all([s3.stop(), docker.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
