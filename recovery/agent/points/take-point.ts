import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { jobs } from "../../../contract/jobs.ts";
import { layout } from "../../../contract/layout.ts";
import { judgePointClock } from "../../lineage/clock.ts";
import { nextSequence } from "../../lineage/sequence.ts";
import { tagsOf, type PointTags } from "../../point/point-tags.ts";
import { hasPlaced } from "../../restore/plan/phase-facts.ts";
import { restoreState } from "../restore/restore-state.ts";
import { removeDeadLocks } from "../../restic/dead-locks.ts";
import { ensureRepositories } from "../../restic/ensure-repositories.ts";
import type { BackupSummary } from "../../restic/backup-summary.ts";
import type { RunLimits } from "../../restic/run-limits.ts";
import type { AgentContext } from "../context.ts";
import type { StoreCopy } from "./copy-open-stores.ts";
import { copyStores } from "./copy-stores.ts";
import { withFreeSpace } from "./free-space.ts";
import { duration, size } from "../../host/log.ts";
import type { PointResult } from "../answers/run-record.ts";
import { UnfinishedWrites } from "../unfinished-writes.ts";

/** For how long a point waits for the repository: another point's backup, or maintenance that gives way. */
const repositoryWaitMs = 30_000;

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
    const copy = await withDataLock(context, options, async () => {
      await refuseUnverified(context);
      return copyStores(context);
    });
    log.line(`copied: ${copy.manifest.point}, the stores stood still for ${duration(copy.manifest.pauseMs)}`);
    const tags = await number(context, copy);
    const backup = await log.phase(
      "backup",
      () => backUp(context, tags),
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
      firstPassMs: Math.round(copy.firstPassMs),
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

/**
 * While a restore of all is between placing its data and opening the platform, nobody has said that this data is good; and a point's mark in
 * each store would make it differ from what it is held against, for ever. Who opens it by the restore's name has it in points again.
 * @throws RecoveryError `restoreUnfinished`
 */
async function refuseUnverified(context: AgentContext): Promise<void> {
  const { unfinished } = await restoreState(context);
  if (unfinished === null || unfinished.store !== undefined || !hasPlaced(unfinished.phase)) return;
  if ((await context.host.readFile(layout.closed)) === null) return;
  throw new RecoveryError(
    exitCodes.restoreUnfinished,
    `Restore ${unfinished.id} is unfinished (at "${unfinished.phase}"), and the data in place was not verified: no point is taken of it. Repeat \`./kaleem restore\` to go on, or choose another point with --at … --from-scratch.`,
  );
}

/** Its place in the order, whatever the clock says; and a word when the clock went back. */
async function number(context: AgentContext, { tags, manifest }: StoreCopy): Promise<PointTags> {
  const { sequence, previousInstant } = await nextSequence(context.host, context.local, tags);
  const copiedAt = Object.values(manifest.stores).flatMap((store) => store.copiedAt ?? []);
  await judgePointClock(context, { id: tags.id, instant: tags.instant, copiedAt }, previousInstant);
  return { ...tags, sequence };
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

/** A missing repository is made at once: a point matters more than the order of things. */
async function backUp(context: AgentContext, tags: PointTags): Promise<BackupSummary> {
  const { local, offsite, log, interrupted } = context;
  if (await removeDeadLocks(local))
    log.line("looked through the locks in the local repository: dead ones are gone");
  const limits = { signal: interrupted, stallAfterMs: jobs.point.stallAfterMs };
  const unfinished = new UnfinishedWrites(context.host, "local");
  await mendLocal(context, unfinished, limits);
  const attempt = (): Promise<BackupSummary> =>
    unfinished.during("backup", () => local.backup(layout.point, tags.lineage, tagsOf(tags), limits));
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.noRepository) throw error;
    const made = await ensureRepositories(local, offsite, "local");
    log.line(
      `local repository ${made.local}${made.offsite === "unreachable" ? "; off-site does not answer, using default chunker parameters; deduplication off-site may suffer" : ""}`,
    );
    return attempt();
  }
}

/** What a killed run has written is used, not written again: else a first point larger than what two kills leave time for never ends. */
async function mendLocal(
  { local, log }: AgentContext,
  unfinished: UnfinishedWrites,
  limits: RunLimits,
): Promise<void> {
  try {
    await unfinished.mend((left) =>
      log.phase(`index what was left by: ${left}`, () => local.repairIndex(limits)),
    );
  } catch (error) {
    if (!(error instanceof RecoveryError)) throw error;
    // No repository yet, one that somebody reads, or one that is damaged: the backup itself tells what matters.
    log.line(`what an earlier run has left is not entered in the index yet: ${error.message}`);
  }
}
