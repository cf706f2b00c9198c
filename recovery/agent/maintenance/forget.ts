import { jobs } from "../../../contract/jobs.ts";
import { PointCatalogue } from "../../point/point-catalogue.ts";
import { pointsOf, type Point } from "../../point/points.ts";
import { forgetArguments, offsiteRetention } from "../../restic/retention.ts";
import { clockToleranceMs } from "../../lineage/clock.ts";
import { resticProgram } from "../../restic/restic-program.ts";
import type { Snapshot } from "../../restic/snapshot.ts";
import type { AgentContext } from "../context.ts";
import { ForgottenPoints } from "../forgotten-points.ts";
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
    if (own === null) return { forgotten: 0, points: 0 };
    let result: ForgetResult = { forgotten: 0, points: 0 };
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
    return { forgotten: 0, points: before.filter((point) => point.lineage === lineage).length, skipped };
  }
  const keep = place === "local" ? config.retention : (config.offsiteRetention ?? offsiteRetention);
  await log.phase("forget", () => repository.forget(forgetArguments(lineage, keep), limits));
  const after = await all();
  const left = new Set(after.map(({ id }) => id));
  const gone = before.filter(({ id }) => !left.has(id)).map(({ id }) => id);
  if (place === "offsite") {
    const here = pointsOf(await context.local.snapshots(lineage, limits));
    await new ForgottenPoints(host).add(gone, new Set(here.map(({ id }) => id)));
    await renewCatalogue(context, after);
  }
  return { forgotten: gone.length, points: after.filter((point) => point.lineage === lineage).length };
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
