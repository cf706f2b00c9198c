import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { bucketLayout, layout } from "../../../contract/layout.ts";
import { jobs } from "../../../contract/jobs.ts";
import type { Bucket } from "../../lineage/bucket.ts";
import { judgeBucketClock } from "../../lineage/clock.ts";
import type { Head } from "../../lineage/head.ts";
import { readIdentity } from "../../lineage/identity.ts";
import { renewHead } from "../../lineage/renew-head.ts";
import { PointCatalogue } from "../../point/point-catalogue.ts";
import { notYetIn, pointsOf, type Point } from "../../point/points.ts";
import { ProofRecords } from "../../proof/proof-record.ts";
import { ensureRepositories } from "../../restic/ensure-repositories.ts";
import { resticProgram } from "../../restic/restic-program.ts";
import { readRecord } from "../../host/read-record.ts";
import type { AgentContext } from "../context.ts";
import { RunLogs } from "../logs/run-logs.ts";
import { CopyPoints } from "../copy-points.ts";
import { ForgottenPoints } from "../forgotten-points.ts";
import { watchDrills } from "../drill-watch.ts";
import { readKitCheck } from "../kit-check.ts";
import { shipProofs } from "./ship-proofs.ts";
import { shipStackFile } from "../ship-stack-file.ts";
import { pointRecord, type ShipResult } from "../answers/run-record.ts";
import { UnfinishedWrites } from "../unfinished-writes.ts";
import { Uplink } from "../uplink.ts";

const lookMs = 500;
/** So often a copy goes on after the bucket's lock has refused to take something twice. */
const mostRepetitions = 3;

/** How a shipping comes by its turn. */
export interface ShipOptions {
  /** For how long it waits for one that gives way, such as a prune.
   * @default 60000 */
  readonly waitMs?: number;
  /** Names in a folder, for the logs that wait. @default the machine's own */
  readonly logsIn?: (folder: string) => Promise<readonly string[]>;
}

/**
 * Copies this lineage's points to the off-site repository, newest first, and the encrypted stack file beside them. Starts and ends
 * by renewing the head: a host that another one has replaced, or a clone of which ships, stops writing. A host without a lineage ships nothing.
 *
 * It may take hours: it is ended only when nothing moves. Whatever ends it, what it had moved is used by the next one.
 */
export async function shipPoints(
  context: AgentContext,
  { waitMs = 60_000, logsIn }: ShipOptions = {},
): Promise<ShipResult> {
  const started = performance.now();
  const { host, locks, log, machineId, offsite } = context;
  const { lineage, founded } = await readIdentity(host, layout.lineage, machineId);
  const uplink = new Uplink(host);
  const sinceStart = (): number => Math.round(performance.now() - started);
  if (founded === null) {
    log.line("nothing is shipped: this data root has no lineage, so its points belong to no lineage");
    const none = {
      shipped: [],
      newest: null,
      proven: null,
      points: 0,
      stackFile: "absent",
      copyMs: 0,
    } as const;
    const bytesPerSecond = await uplink.rate();
    return { ...none, shipped: [], founded: false, bytesPerSecond, totalMs: sinceStart() };
  }
  const lock = await locks.acquire("offsite", waitMs);
  const giveWay = new AbortController();
  const signal = AbortSignal.any([giveWay.signal, context.interrupted]);
  const limits = { signal, stallAfterMs: jobs.ship.stallAfterMs };
  const watch = setInterval(() => {
    locks.wanted("offsite", "at-once").then(
      (wanted) => wanted && giveWay.abort(),
      (error: unknown) => giveWay.abort(error),
    );
  }, lookMs);
  try {
    const bucket = await context.bucket();
    const holder = { host, bucket, log };
    const proofs = new ProofRecords(host, layout.proofs);
    const proofOf = async (point: string): Promise<boolean | null> =>
      (await proofs.summary(point))?.ok ?? null;
    const stillOurs = (there: readonly Point[] = []): Promise<Head> =>
      renewHead(holder, founded, there, proofOf);
    await log.phase("head", () => stillOurs());
    await judgeBucketClock(context, bucket.clockAheadMs);
    let taken = await newestTaken(host);
    // Both repositories open before the stack file goes: a file whose password opens nothing must not replace one whose does.
    const lists = await log.phase("list", () => listBoth(context, lineage, signal));
    const stackFile = await log.phase(
      "stack file",
      () => shipStackFile(bucket, host),
      (state) => state,
    );
    await readKitCheck({ ...context, bucket: () => Promise.resolve(bucket) });
    await watchDrills(context, bucket);
    await mendOffsite({ ...context, interrupted: signal });
    await mendLostIndex(context, bucket, lists.offsite, signal);
    const catalogue = new PointCatalogue(bucket);
    const renew = async (points: readonly Point[]): Promise<void> => {
      await catalogue.renew(withSizes(points, lists.local), host.now());
    };
    await renew(lists.offsite);
    const copy = new CopyPoints({ ...context, uplink, limits });
    const forgotten = await new ForgottenPoints(host).read();
    const wanted = (local: readonly Point[], there: readonly Point[]): readonly Point[] =>
      notYetIn(local, there).filter(({ id }) => !forgotten.has(id));
    let there = lists.offsite;
    const shipped: string[] = [];
    const copyStarted = performance.now();
    const listHere = async (): Promise<readonly Point[]> =>
      pointsOf(await context.local.snapshots(lineage, { signal }));
    let missing = wanted(lists.local, there);
    log.line(`${missing.length} points to ship`);
    let own: readonly Point[] = [];
    let head: Head | null = null;
    let repetitions = 0;
    for (let done = false; !done;) {
      while (missing.length > 0) {
        const batch = copy.next(missing);
        try {
          await copy.copy(batch, missing.length);
        } catch (error) {
          repetitions += 1;
          if (!refusedRepetition(error) || repetitions > mostRepetitions) throw error;
          log.line(
            `an upload arrived, its answer was lost, and the bucket's lock refuses to take it again: ${error.message}`,
          );
          await mendOffsite({ ...context, interrupted: signal });
          there = pointsOf(await offsite.snapshots(undefined, { signal }));
          missing = wanted(await listHere(), there);
          continue;
        }
        shipped.push(...batch.map(({ id }) => id));
        there = pointsOf(await offsite.snapshots(undefined, { signal }));
        const came = new Set(there.map(({ id }) => id));
        const lost = batch.filter(({ id }) => !came.has(id));
        if (lost.length > 0)
          throw new RecoveryError(
            exitCodes.failed,
            `restic copied ${lost.map(({ id }) => id).join(", ")} but does not list it off-site: see \`${resticProgram()} snapshots\` there.`,
          );
        // Another host may have taken over meanwhile: what was copied is harmless, going on would not be.
        await stillOurs();
        await renew(there);
        // A point that was taken meanwhile comes first.
        taken = await newestTaken(host);
        missing = wanted(await listHere(), there);
      }
      own = there.filter((point) => point.lineage === lineage);
      // Another host may have taken over meanwhile: what was copied is harmless, going on would not be.
      head = await stillOurs(own);
      const held = own;
      await log.phase(
        "proofs",
        () => shipProofs(context, bucket, held),
        (count) => `${count} brought`,
      );
      await sendLogs(context, bucket, logsIn);
      // systemd hands a start of what runs already to that run: a point that ended meanwhile is this one's to ship.
      const takenSince = await newestTaken(host);
      done = takenSince === taken;
      taken = takenSince;
      if (!done) missing = wanted(await listHere(), there);
    }
    const copyMs = Math.round(performance.now() - copyStarted);
    const newest = own.at(-1);
    return {
      founded: true,
      shipped,
      newest:
        newest === undefined
          ? null
          : { point: newest.id, instant: newest.instant, stores: [...newest.stores] },
      proven: own.length === 0 ? null : (head?.proven ?? null),
      points: own.length,
      bytesPerSecond: await uplink.rate(),
      stackFile,
      copyMs,
      totalMs: sinceStart(),
    };
  } catch (error) {
    if (!giveWay.signal.aborted || context.interrupted.aborted) throw error;
    throw new RecoveryError(
      exitCodes.busy,
      "Shipping gave way to a run that must have the off-site repository at once, such as a restore: what was moved stays, and the next run goes on from there.",
      { cause: error },
    );
  } finally {
    clearInterval(watch);
    await lock.release();
  }
}

/** Logs of runs go along; that they cannot is said, and no failure: they wait for the next shipping. */
async function sendLogs(
  { host, log }: AgentContext,
  bucket: Bucket,
  logsIn: ShipOptions["logsIn"],
): Promise<void> {
  try {
    await new RunLogs(host, logsIn).send(bucket);
  } catch (error) {
    log.line(
      `logs of runs wait for the next shipping: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The newest point that this host has taken, as its job recorded it; null before the first. */
async function newestTaken(host: AgentContext["host"]): Promise<string | null> {
  const record = await readRecord(host, `${layout.agentState}/point.json`, pointRecord);
  return record?.lastSuccess?.result.point ?? null;
}

/** What arrived is there, in no index yet; entered there, it need not be sent again. */
function refusedRepetition(error: unknown): error is RecoveryError {
  return error instanceof RecoveryError && error.exitCode === exitCodes.objectLocked;
}

/** This lineage's points here, and all that are there. Repositories that are missing are made. */
async function listBoth(
  { local, offsite, log }: AgentContext,
  lineage: string,
  signal: AbortSignal,
): Promise<{ readonly local: readonly Point[]; readonly offsite: readonly Point[] }> {
  const list = async (): Promise<[readonly Point[], readonly Point[]]> => {
    const both = await Promise.all([
      local.snapshots(lineage, { signal }),
      offsite.snapshots(undefined, { signal }),
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

/** What an earlier run has moved and not entered in the index is entered now, so that it is not moved again. */
async function mendOffsite({ host, offsite, log, interrupted: signal }: AgentContext): Promise<void> {
  const unfinished = new UnfinishedWrites(host, "offsite");
  try {
    await unfinished.mend((left) =>
      log.phase(`index what was left by: ${left}`, () =>
        offsite.repairIndex({ signal, stallAfterMs: jobs.ship.stallAfterMs }),
      ),
    );
  } catch (error) {
    if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.busy) throw error;
    // Somebody reads there, such as a restore elsewhere. Points still go; what was left is entered by a later run.
    log.line(`what an earlier run has left is not entered in the index yet: ${error.message}`);
  }
}

/** Without its index a repository seems empty, and everything would be sent again. */
async function mendLostIndex(
  { offsite, log }: AgentContext,
  bucket: Bucket,
  there: readonly Point[],
  signal: AbortSignal,
): Promise<void> {
  if (there.length === 0) return;
  if ((await bucket.list(`${bucketLayout.repository}/index/`)).length > 0) return;
  await log.phase("rebuild the lost index from the packs", () =>
    offsite.repairIndex({ signal, stallAfterMs: jobs.ship.stallAfterMs }),
  );
}

/** restic before 0.17 tells no sizes; the same points here may know them. */
function withSizes(points: readonly Point[], local: readonly Point[]): readonly Point[] {
  const sizes = new Map(local.map(({ id, bytes }) => [id, bytes]));
  return points.map((point) => ({ ...point, bytes: point.bytes ?? sizes.get(point.id) ?? null }));
}
