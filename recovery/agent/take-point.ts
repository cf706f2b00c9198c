import { statfs } from "node:fs/promises";
import type { Counts } from "../../components/services/definition.ts";
import { exitCodes, RecoveryError } from "../exit-codes.ts";
import { layout } from "../layout.ts";
import { readIdentity } from "../lineage/identity.ts";
import { filesDirectory, manifestFile, type Manifest, manifestSchema } from "../manifest.ts";
import { unpauseLeftOvers } from "../point/pause.ts";
import { newPointId } from "../point/point-id.ts";
import { tagsOf, type PointTags } from "../point/point-tags.ts";
import { ReflinkCopy, type Pass } from "../point/reflink-copy.ts";
import { startThawGuard } from "../point/thaw-guard.ts";
import { copyFrozen, type FrozenResult } from "../point/two-pass.ts";
import { removeDeadLocks } from "../restic/dead-locks.ts";
import { ensureRepositories } from "../restic/ensure-repositories.ts";
import type { BackupSummary } from "../restic/restic.ts";
import type { AgentContext } from "./context.ts";
import { duration, size } from "./log.ts";
import type { PointResult } from "./run-record.ts";
import { withStores, type Store } from "./store.ts";

/** For how long a point waits for the repository: another point's backup, or maintenance that gives way. */
const repositoryWaitMs = 30_000;
/** A count informs a restore; a point that waits for one is a point late. Counted twice, in parallel over the stores. */
const countLimitMs = 4_000;

/** Whether the caller holds the data lock already, as a restore does. */
export interface TakePointOptions {
  readonly dataLockHeld?: boolean;
}

/**
 * Takes one recovery point into the local repository: one instant for all stores.
 *
 * Locks: the repository first, since whoever writes `points/current` must know that no restic reads it; then the data, without
 * waiting. The data lock is given back as soon as the copy is done, the repository lock once restic has read the copy.
 *
 * However it ends, no container stays paused and nothing half-done becomes a snapshot.
 */
export async function takePoint(context: AgentContext, options: TakePointOptions = {}): Promise<PointResult> {
  const started = performance.now();
  const { locks, log } = context;
  const holder = await locks.holder("repository");
  if (holder !== null) log.line(`waiting for up to ${duration(repositoryWaitMs)}. ${holder}`);
  const repository = await locks.acquire("repository", repositoryWaitMs);
  try {
    const copy = await withDataLock(context, options, () => copyStores(context));
    log.line(`copied: ${copy.manifest.point}, the stores stood still for ${duration(copy.manifest.pauseMs)}`);
    const backup = await log.phase(
      "backup",
      () => backUp(context, copy.tags),
      (summary) => `${size(summary.bytes)} in ${summary.files} files, ${size(summary.bytesAdded)} new`,
    );
    return {
      point: copy.tags.id,
      lineage: copy.tags.lineage,
      generation: copy.tags.generation,
      instant: copy.tags.instant,
      stores: [...copy.tags.stores],
      snapshot: backup.snapshot,
      attempts: copy.frozen.attempts,
      pauseMs: Math.round(copy.frozen.pauseMs),
      firstPassMs: Math.round(copy.first.scanMs + copy.first.applyMs),
      secondPassMs: Math.round(copy.frozen.pass.scanMs + copy.frozen.pass.applyMs),
      backupMs: Math.round(backup.seconds * 1000),
      totalMs: Math.round(performance.now() - started),
      files: backup.files,
      bytes: backup.bytes,
      bytesAdded: backup.bytesAdded,
    };
  } catch (error) {
    throw await withFreeSpace(error);
  } finally {
    await repository.release();
  }
}

async function withDataLock<T>(
  context: AgentContext,
  options: TakePointOptions,
  work: () => Promise<T>,
): Promise<T> {
  if (options.dataLockHeld === true) return work();
  const data = await context.locks.acquire("data");
  try {
    return await work();
  } finally {
    await data.release();
  }
}

interface StoreCopy {
  readonly tags: PointTags;
  readonly manifest: Manifest;
  readonly first: Pass;
  readonly frozen: FrozenResult;
}

async function copyStores(context: AgentContext): Promise<StoreCopy> {
  const { docker, host, log, stores, opening } = context;
  const journal = { host, path: layout.paused };
  const left = await unpauseLeftOvers(docker, journal);
  if (left.length > 0) log.line(`unpaused ${left.length} containers that a killed run had left paused`);
  return withStores(
    stores.map(({ name }) => name),
    opening,
    async (open) => {
      try {
        return await copyOpenStores(context, open);
      } catch (error) {
        // A client can only tell that its connection ended; why it did says more.
        if (error instanceof RecoveryError && error.exitCode === exitCodes.storeDown)
          await sameContainers(context, open);
        throw error;
      }
    },
  );
}

async function copyOpenStores(context: AgentContext, open: readonly Store[]): Promise<StoreCopy> {
  const { config, docker, host, interrupted, log, machineId } = context;
  const identity = await readIdentity(host, layout.lineage, machineId);
  const directories = context.stores.flatMap(({ data }) => Object.values(data));
  const copy = new ReflinkCopy({
    from: layout.live,
    to: `${layout.point}/${filesDirectory}`,
    directories,
    index: layout.pointIndex,
  });
  const instant = host.now();
  const id = newPointId(instant);
  await log.phase("canary", () => eachStore(open, (store) => store.writeCanary(id)));
  const before = await log.phase("counts before", () =>
    eachStore(open, (store) => store.counts(countLimitMs)),
  );
  const first = await log.phase("first pass", () => copy.firstPass(interrupted), describePass);
  await log.phase("sync", () => host.run(["sync", "-f", layout.dataRoot], { timeoutMs: 120_000 }));
  const guard = await startThawGuard([...context.opening.self, "unpause"]);
  const frozen = await log
    .phase(
      "copy at a standstill",
      () =>
        copyFrozen({
          docker,
          containers: () => sameContainers(context, open),
          journal: { host, path: layout.paused },
          secondPass: (signal) => copy.secondPass(signal),
          pauseLimitMs: config.pauseLimitMs,
          interrupted,
          log: (line) => log.line(line),
        }),
      (result) => `paused ${duration(result.pauseMs)}, ${describePass(result.pass)}`,
    )
    .finally(() => guard.dismiss());
  const after = await log.phase("counts after", () => eachStore(open, (store) => store.counts(countLimitMs)));
  const versions = await eachStore(open, (store) => store.version());
  const held = await log.phase("check of the copy", () => copy.finish());
  const empty = directories.filter((name) => (held[name]?.files ?? 0) === 0);
  if (empty.length > 0) {
    throw new RecoveryError(
      exitCodes.failed,
      `No point: ${empty.map((name) => `${layout.live}/${name}`).join(", ")} holds no file, though its store runs: is it mounted?`,
    );
  }
  const tags = {
    id,
    lineage: identity.lineage,
    generation: identity.generation,
    instant: instant.toISOString(),
    stores: open.map(({ service }) => service),
  };
  const facts = open.map((store) => {
    const { service, container } = store;
    const page = context.stores.find(({ name }) => name === service);
    return [
      service,
      {
        canary: id,
        counts: bracket(before.get(service) ?? {}, after.get(service) ?? {}),
        version: versions.get(service) ?? "",
        image: container.image,
        directories: Object.fromEntries(
          Object.values(page?.data ?? {}).map((name) => [name, held[name] ?? { files: 0, bytes: 0 }]),
        ),
      },
    ] as const;
  });
  const manifest = manifestSchema.parse({
    version: 1,
    point: id,
    lineage: identity.lineage,
    generation: identity.generation,
    host: machineId,
    stack: config.stack,
    instant: tags.instant,
    pauseMs: Math.round(frozen.pauseMs),
    stores: Object.fromEntries(facts),
  });
  await host.writeFile(`${layout.point}/${manifestFile}`, `${JSON.stringify(manifest, null, 2)}\n`);
  return { tags, manifest, first, frozen };
}

/** The containers that the open clients talk to; when a store was replaced meanwhile its canary proves nothing. */
async function sameContainers(context: AgentContext, open: readonly Store[]): Promise<Store["container"][]> {
  return Promise.all(
    open.map(async ({ service, container }) => {
      const [now] = await context.docker.containersOf(service);
      if (now === undefined || now.id !== container.id || now.startedAt !== container.startedAt) {
        throw new RecoveryError(
          exitCodes.storeDown,
          `No point: store ${service} was restarted while the point was taken. The next point follows.`,
        );
      }
      return now;
    }),
  );
}

async function eachStore<T>(
  open: readonly Store[],
  ask: (store: Store) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  return new Map(await Promise.all(open.map(async (store) => [store.service, await ask(store)] as const)));
}

function bracket(before: Counts, after: Counts): Manifest["stores"][string]["counts"] {
  return Object.fromEntries(
    Object.entries(before).map(([name, low]) => {
      const high = after[name] ?? null;
      return [name, low === null || high === null ? null : { before: low, after: high }];
    }),
  );
}

function describePass(pass: Pass): string {
  return `${pass.files} files copied, ${pass.removed} removed, looking ${duration(pass.scanMs)}, copying ${duration(pass.applyMs)}`;
}

/** A missing repository is made at once: a point matters more than the order of things. */
async function backUp(context: AgentContext, tags: PointTags): Promise<BackupSummary> {
  const { local, offsite, log, interrupted } = context;
  if (await removeDeadLocks(local))
    log.line("looked through the locks in the local repository: dead ones are gone");
  const attempt = (): Promise<BackupSummary> =>
    local.backup(layout.point, tags.lineage, tagsOf(tags), { signal: interrupted });
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.noRepository) throw error;
    const made = await ensureRepositories(local, offsite, "local");
    log.line(
      `local repository ${made.local}${made.offsite === "unreachable" ? "; off-site does not answer, so it cuts files in its own way" : ""}`,
    );
    return attempt();
  }
}

const spaceWords = /no space left|ENOSPC|disk (is )?full|disk quota/i;
/** With less than this a store fails or ends without telling why: mongod alone wants 100 MiB for its journal. */
const scarceBytes = 128 * 1024 * 1024;

/** Says how much space is left where, when that is what failed. */
async function withFreeSpace(error: unknown): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const free = await freeBytes(layout.dataRoot);
  const full =
    spaceWords.test(error.message) ||
    (error instanceof RecoveryError && error.exitCode === exitCodes.diskFull) ||
    (error instanceof RecoveryError &&
      error.exitCode === exitCodes.storeDown &&
      (free ?? Infinity) < scarceBytes);
  if (!full) return error;
  const spaces = [layout.dataRoot, layout.repository].map(
    async (path) => `${sizeOrUnknown(await freeBytes(path))} free at ${path}`,
  );
  return new RecoveryError(
    exitCodes.diskFull,
    `No point: no space left (${(await Promise.all(spaces)).join(", ")}). Remove ${layout.replaced} if an old restore left it there, run \`restic prune\`, or enlarge the volume. ${error.message}`,
    { cause: error },
  );
}

/** Null when it cannot be told: that must not hide what failed. */
async function freeBytes(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    if (error instanceof Error && "code" in error) return null;
    throw error;
  }
}

function sizeOrUnknown(bytes: number | null): string {
  return bytes === null ? "unknown space" : size(bytes);
}
