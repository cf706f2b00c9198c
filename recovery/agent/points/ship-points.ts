import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { bucketLayout, layout } from "../../../contract/layout.ts";
import type { Bucket } from "../../lineage/bucket.ts";
import { judgeBucketClock } from "../../lineage/clock.ts";
import { readIdentity } from "../../lineage/identity.ts";
import { renewHead } from "../../lineage/renew-head.ts";
import { notYetIn, pointsOf, type Point } from "../../point/points.ts";
import { ensureRepositories } from "../../restic/ensure-repositories.ts";
import type { AgentContext } from "../context.ts";
import type { ShipResult } from "../answers/run-record.ts";

/**
 * Copies this lineage's points to the off-site repository, newest first, and the encrypted stack file beside them. Starts and ends
 * by renewing the head: a host that another one has replaced, or a clone of which ships, stops writing. A host without a lineage ships nothing.
 */
export async function shipPoints(context: AgentContext): Promise<ShipResult> {
  const started = performance.now();
  const { config, host, locks, log, machineId, offsite } = context;
  const { lineage, founded } = await readIdentity(host, layout.lineage, machineId);
  const none = { shipped: [], newest: null, points: 0, stackFile: "absent", copyMs: 0 } as const;
  if (founded === null) {
    log.line("nothing is shipped: this data root has no lineage, so its points belong to no lineage");
    return { ...none, shipped: [], founded: false, totalMs: Math.round(performance.now() - started) };
  }
  const limits = timeLimit(config.shipTimeoutMs, context.interrupted);
  const lock = await locks.acquire("offsite");
  try {
    const bucket = await context.bucket();
    const holder = { host, bucket, log };
    await log.phase("head", () => renewHead(holder, founded));
    await judgeBucketClock(context, bucket.clockAheadMs);
    const stackFile = await log.phase(
      "stack file",
      () => uploadStackFile(context, bucket),
      (state) => state,
    );
    const lists = await log.phase("list", () => listBoth(context, lineage, limits.signal));
    const missing = notYetIn(lists.local, lists.offsite);
    log.line(`${missing.length} points to ship`);
    const copyStarted = performance.now();
    await copyPoints(context, missing, limits.signal, limits.expired);
    const copyMs = Math.round(performance.now() - copyStarted);
    const there =
      missing.length === 0
        ? lists.offsite
        : pointsOf(await offsite.snapshots(lineage, { signal: limits.signal }));
    // Another host may have taken over meanwhile: what was copied is harmless, going on would not be.
    await renewHead(holder, founded, there);
    const newest = there.at(-1);
    return {
      founded: true,
      shipped: missing.map((point) => point.id),
      newest:
        newest === undefined
          ? null
          : { point: newest.id, instant: newest.instant, stores: [...newest.stores] },
      points: there.length,
      stackFile,
      copyMs,
      totalMs: Math.round(performance.now() - started),
    };
  } finally {
    limits.clear();
    await lock.release();
  }
}

/** This lineage's points here and there. Repositories that are missing are made. */
async function listBoth(
  { local, offsite, log }: AgentContext,
  lineage: string,
  signal: AbortSignal,
): Promise<{ readonly local: readonly Point[]; readonly offsite: readonly Point[] }> {
  const list = async (): Promise<[readonly Point[], readonly Point[]]> => {
    const both = await Promise.all([
      local.snapshots(lineage, { signal }),
      offsite.snapshots(lineage, { signal }),
    ]);
    return [pointsOf(both[0]), pointsOf(both[1])];
  };
  let lists: Awaited<ReturnType<typeof list>>;
  try {
    lists = await list();
  } catch (error) {
    if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.noRepository) throw error;
    const made = await ensureRepositories(local, offsite, "both");
    log.line(`repositories: local ${made.local}, off-site ${made.offsite}`);
    lists = await list();
  }
  return { local: lists[0], offsite: lists[1] };
}

/** The newest alone at first, then the rest in one go. */
async function copyPoints(
  context: AgentContext,
  missing: readonly Point[],
  signal: AbortSignal,
  expired: () => boolean,
): Promise<void> {
  const { local, offsite, log, config } = context;
  const batches = [missing.slice(0, 1), missing.slice(1)].filter((batch) => batch.length > 0);
  for (const [index, batch] of batches.entries()) {
    try {
      await log.phase(
        `copy ${index + 1} of ${batches.length}`,
        () =>
          offsite.copyFrom(
            local,
            batch.map((point) => point.snapshot),
            { signal },
          ),
        () => (batch.length === 1 ? (batch[0]?.id ?? "") : `${batch.length} points`),
      );
    } catch (error) {
      if (!expired()) throw error;
      throw new RecoveryError(
        exitCodes.offsiteUnreachable,
        `Shipping was stopped after ${Math.round(config.shipTimeoutMs / 1000)} s (backups.shipTimeout): off-site is slow or away. ` +
          `${missing.length} points were waiting; what was copied stays, and the next run goes on.`,
        { cause: error },
      );
    }
  }
}

/** The stack file is encrypted: with the passphrase and the bucket it is all an operator needs. */
async function uploadStackFile(context: AgentContext, bucket: Bucket): Promise<ShipResult["stackFile"]> {
  const { host } = context;
  const content = await host.readFile(layout.offsiteStackFile);
  if (content === null) return "absent";
  if ((await bucket.get(bucketLayout.stackFile))?.body === content) return "unchanged";
  await bucket.put(bucketLayout.stackFile, content, "application/yaml", { always: true });
  return "uploaded";
}

function timeLimit(
  ms: number,
  interrupted: AbortSignal,
): { signal: AbortSignal; expired: () => boolean; clear: () => void } {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), ms);
  return {
    signal: AbortSignal.any([limit.signal, interrupted]),
    expired: () => limit.signal.aborted,
    clear: () => clearTimeout(timer),
  };
}
