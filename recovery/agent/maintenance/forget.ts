import { goDuration } from "../../../catalog/quantities.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { jobs } from "../../../contract/jobs.ts";
import { bucketLayout } from "../../../contract/layout.ts";
import { dumpsHost } from "../../dumps/dump-tags.ts";
import { dumpsOf } from "../../dumps/dumps.ts";
import { dumpForgetArguments, dumpSnapshotsToForget } from "../../dumps/forget-dumps.ts";
import { PointCatalogue } from "../../point/point-catalogue.ts";
import { pointsOf, type Point } from "../../point/points.ts";
import { defaultLockForMs, forgetArguments, offsiteRetention } from "../../restic/retention.ts";
import { clockToleranceMs } from "../../lineage/clock.ts";
import { resticProgram } from "../../restic/restic-program.ts";
import type { RunLimits } from "../../restic/run-limits.ts";
import type { Snapshot } from "../../restic/snapshot.ts";
import type { AgentContext } from "../context.ts";
import { ForgottenPoints, forgottenDumps } from "../forgotten-points.ts";
import type { ForgetResult } from "../answers/run-record.ts";
import type { RepositoryPlace } from "../unfinished-writes.ts";
import { aloneInMaintenance, mayChange } from "./alone.ts";
import { inTurns } from "./turns.ts";

/**
 * Forgets this lineage's points by the retention of the place. Other lineages' points are nobody's to forget. While this lineage's newest
 * point is dated in the future nothing is forgotten, and that is said.
 */
export async function forgetPoints(context: AgentContext, place: RepositoryPlace): Promise<ForgetResult> {
  return aloneInMaintenance(context, async () => {
    const own = await mayChange(context, place);
    const none = { forgotten: 0, points: 0, held: 0 };
    if (own === null) return none;
    let result: ForgetResult = none;
    await inTurns(context, place, async (signal) => {
      result = await forgetNow(context, place, own.lineage, signal);
      return "done";
    });
    return result;
  });
}

async function forgetNow(
  context: AgentContext,
  place: RepositoryPlace,
  lineage: string,
  signal: AbortSignal,
): Promise<ForgetResult> {
  const { config, log, host } = context;
  const repository = context[place];
  const limits = { signal, stallAfterMs: jobs[`forget-${place}`].stallAfterMs };
  const all = async (): Promise<readonly Point[]> => pointsOf(await repository.snapshots(undefined, limits));
  const snapshots = await repository.snapshots(undefined, limits);
  const before = pointsOf(snapshots);
  const ahead = datedAhead(snapshots, lineage, host.now());
  if (ahead !== null) {
    const skipped = `nothing was forgotten: point ${idOf(ahead)} is dated ${ahead.time}, in the future, and restic counts what it keeps from there, so it would forget points before their time. Put the clock right; if it is right, forget that point alone: ${resticProgram()} -r ${repository.repository.url} forget ${ahead.id}`;
    log.line(skipped);
    const points = before.filter((point) => point.lineage === lineage).length;
    return { forgotten: 0, points, held: 0, skipped };
  }
  let held = 0;
  if (place === "local")
    await log.phase("forget", () => repository.forget(forgetArguments(lineage, config.retention), limits));
  else {
    const policy = forgetArguments(lineage, config.offsiteRetention ?? offsiteRetention);
    held = await log.phase("forget", async () =>
      forgetUnlocked(context, lineage, await repository.forgettable(policy, limits), limits),
    );
  }
  await forgetDumps(context, place, { lineage, snapshots, limits });
  const after = await all();
  const left = new Set(after.map(({ id }) => id));
  const gone = before.filter(({ id }) => !left.has(id)).map(({ id }) => id);
  if (place === "offsite") {
    const here = pointsOf(await context.local.snapshots(lineage, limits));
    await new ForgottenPoints(host).add(gone, new Set(here.map(({ id }) => id)));
    await renewCatalogue(context, after);
  }
  const points = after.filter((point) => point.lineage === lineage).length;
  return { forgotten: gone.length, points, held };
}

/**
 * Forgets off-site what retention lets go, except what the bucket's lock may still hold: that counts from when the record was stored,
 * not from when the point was taken. A point that was shipped late, or moved here from another bucket, is older than its record.
 * @param name restic's name of whose snapshots they are @param due what retention lets go, restic's ids
 * @returns how many of them stay for now
 */
async function forgetUnlocked(
  context: AgentContext,
  name: string,
  due: readonly string[],
  limits: RunLimits,
): Promise<number> {
  const { config, host, log, offsite } = context;
  if (due.length === 0) return 0;
  const bucket = await context.bucket();
  const records = await bucket.list(`${bucketLayout.repository}/snapshots/`);
  // By the bucket's own clock.
  const now = host.now().getTime() + (bucket.clockAheadMs ?? 0);
  const lockForMs = config.lockForMs ?? defaultLockForMs;
  const storedAt = new Map(records.map(({ key, storedAtMs }) => [key.split("/").at(-1) ?? "", storedAtMs]));
  const free = due.filter((id) => (storedAt.get(id) ?? now) <= now - lockForMs);
  if (free.length === 0) return due.length;
  try {
    await offsite.forget(free, limits);
    return due.length - free.length;
  } catch (error) {
    if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.objectLocked) throw error;
    log.line(
      `the bucket's lock holds points for longer than backups.lockFor says (${goDuration(lockForMs)}): set it to what the lock's rule says, and keepOffsite.within above it`,
    );
    const left = new Set((await offsite.snapshots(name, limits)).map(({ id }) => id));
    return due.filter((id) => left.has(id)).length;
  }
}

/** Forgets dumps by the same retention, each store's by themselves, with their manifests. */
async function forgetDumps(
  context: AgentContext,
  place: RepositoryPlace,
  {
    lineage,
    snapshots,
    limits,
  }: { readonly lineage: string; readonly snapshots: readonly Snapshot[]; readonly limits: RunLimits },
): Promise<void> {
  const { config, host, log } = context;
  const repository = context[place];
  const name = dumpsHost(lineage);
  const dumps = snapshots.filter((snapshot) => snapshot.host === name);
  if (dumps.length === 0) return;
  const keep = place === "local" ? config.retention : (config.offsiteRetention ?? offsiteRetention);
  const due = await repository.forgettable(dumpForgetArguments(lineage, keep), limits);
  const going = dumpSnapshotsToForget(dumps, due, lineage, host.now());
  if (going.length === 0) return;
  if (place === "local") {
    await log.phase("forget dumps", () => repository.forget(going, limits));
    return;
  }
  await log.phase("forget dumps", () => forgetUnlocked(context, name, going, limits));
  const left = new Set(dumpsOf(await repository.snapshots(name, limits)).map(({ id }) => id));
  const gone = dumpsOf(dumps).flatMap(({ id }) => (left.has(id) ? [] : [id]));
  const here = dumpsOf(await context.local.snapshots(name, limits)).map(({ id }) => id);
  await new ForgottenPoints(host, forgottenDumps).add(gone, new Set(here));
}

/** This lineage's newest snapshot as restic sees it, when no clock that is right can have dated it. */
function datedAhead(snapshots: readonly Snapshot[], lineage: string, now: Date): Snapshot | null {
  const dates = snapshots.filter(({ host }) => host === lineage);
  const newest = dates.reduce<Snapshot | null>(
    (best, one) => (best === null || Date.parse(one.time) > Date.parse(best.time) ? one : best),
    null,
  );
  return newest !== null && Date.parse(newest.time) > now.getTime() + clockToleranceMs ? newest : null;
}

function idOf(snapshot: Snapshot): string {
  return pointsOf([snapshot])[0]?.id ?? snapshot.id;
}

/** restic before 0.17 tells no sizes, and the catalogue knows those of points that are no longer here. */
async function renewCatalogue(context: AgentContext, points: readonly Point[]): Promise<void> {
  const catalogue = new PointCatalogue(await context.bucket());
  const sizes = new Map((await catalogue.read())?.map(({ id, bytes }) => [id, bytes]));
  const known = points.map((point) => ({ ...point, bytes: point.bytes ?? sizes.get(point.id) ?? null }));
  await catalogue.renew(known, context.host.now());
}
