import { milliseconds, type Duration } from "../../catalog/quantities.ts";
import type { RestoreReport } from "../../recovery/restore/report/report.ts";
import type { ReadLoss } from "../business/read-loss.ts";
import type { ScenarioLimits } from "../scenarios/scenario.ts";
import type { ScenarioName } from "../scenarios/scenario-name.ts";
import type { TimelineStep } from "../timeline.ts";
import type {
  DrillRecord,
  MeasuredDrill,
  RecordedPhase,
  RecordedRead,
  RecordedStore,
} from "./drill-record.ts";
import { recommend } from "./recommend.ts";

/** What a drill saw, whatever its scenario. */
export interface DrillFacts {
  readonly id: string;
  readonly scenario: ScenarioName;
  readonly stack: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly timeline: readonly TimelineStep[];
  readonly lostAt: Date;
  /** When customers were served again; null when they were not. */
  readonly servedAt: Date | null;
  /** Null when no restore was reached. */
  readonly restore: Pick<RestoreReport, "point" | "phases" | "checks"> | null;
  /** The step of the timeline that the restore's phases belong to. */
  readonly restoreStep: string;
  /** From the point's instant to the loss; null when no restore was reached. */
  readonly rpoSeconds: number | null;
  /** What each read of the business check lost of what customers were promised; null where the stack declares none. */
  readonly reads: readonly Pick<ReadLoss, "read" | "lost" | "seconds">[] | null;
  /** Why it is no success, as the scenario's own judgement says. */
  readonly causes: readonly string[];
  readonly limits: ScenarioLimits;
}

/** What the catalog promises of a store. */
export interface PromisedStore {
  readonly name: string;
  readonly recovery: { readonly objectives: { readonly rpo: Duration; readonly rto: Duration } };
}

/**
 * The record of a drill. An objective that was missed, the platform's or a store's, is a problem as any other. Pure.
 * @param before the last drill of the same scenario; null when there is none
 */
export function makeRecord(
  facts: DrillFacts,
  promised: readonly PromisedStore[],
  before: DrillRecord | null,
): DrillRecord {
  const rto = rtoOf(facts, promised);
  const stores = storesOf(facts, promised);
  const reads = readsOf(facts, promised);
  const problems = [...facts.causes, ...missed(rto, [...stores, ...(reads ?? [])], facts)];
  const checks = facts.restore?.checks ?? [];
  const measured: MeasuredDrill = {
    version: 1,
    id: facts.id,
    scenario: facts.scenario,
    stack: facts.stack,
    startedAt: facts.startedAt.toISOString(),
    finishedAt: facts.finishedAt.toISOString(),
    success: problems.length === 0,
    rto,
    point: facts.restore?.point.id ?? null,
    stores,
    reads,
    phases: phasesOf(facts),
    problems,
    unverified: checks
      .filter(({ name, result }) => result === "not-made" || result === "accepted" || name === "not covered")
      .map(({ store, name, sentence }) => ({ store, check: name, sentence })),
    coverage: checks
      .filter(({ name, result }) => name === "inventory" && result === "ok")
      .map(({ store, sentence }) => ({ store, sentence })),
  };
  return { ...measured, recommendations: recommend(measured, before) };
}

function rtoOf(
  { timeline, lostAt, servedAt, limits }: DrillFacts,
  promised: readonly PromisedStore[],
): DrillRecord["rto"] {
  const promises = promised.map(({ recovery }) => milliseconds(recovery.objectives.rto) / 1000);
  const limit = Math.min(limits.rtoSeconds ?? Infinity, ...promises);
  const objectiveSeconds = Number.isFinite(limit) ? limit : null;
  const end = servedAt ?? new Date(8.64e15);
  const personSeconds = timeline
    .filter(
      ({ by, at }) => by === "person" && Date.parse(at) >= lostAt.getTime() && Date.parse(at) < end.getTime(),
    )
    .reduce((sum, { seconds }) => sum + seconds, 0);
  if (servedAt === null) return { seconds: null, personSeconds, objectiveSeconds };
  const seconds = (servedAt.getTime() - lostAt.getTime()) / 1000 - personSeconds;
  return { seconds: Math.max(0, seconds), personSeconds, objectiveSeconds };
}

function storesOf(
  { restore, rpoSeconds, limits }: DrillFacts,
  promised: readonly PromisedStore[],
): RecordedStore[] {
  if (restore === null || rpoSeconds === null) return [];
  return [...restore.point.stores].sort().map((store) => ({
    store,
    // A clock that is off by less than the span between two points can make it negative.
    rpoSeconds: Math.max(0, rpoSeconds),
    objectiveSeconds: strictestRpo(
      limits,
      promised.filter(({ name }) => name === store),
    ),
  }));
}

function readsOf({ reads, limits }: DrillFacts, promised: readonly PromisedStore[]): RecordedRead[] | null {
  if (reads === null) return null;
  const objectiveSeconds = strictestRpo(limits, promised);
  return reads.map(({ read, lost, seconds }) => ({
    read,
    rpoSeconds: seconds,
    lostWrites: lost,
    objectiveSeconds,
  }));
}

function strictestRpo({ rpoSeconds }: ScenarioLimits, promised: readonly PromisedStore[]): number | null {
  const promises = promised.map(({ recovery }) => milliseconds(recovery.objectives.rpo) / 1000);
  const limit = Math.min(rpoSeconds ?? Infinity, ...promises);
  return Number.isFinite(limit) ? limit : null;
}

function missed(
  rto: DrillRecord["rto"],
  lost: readonly (RecordedStore | RecordedRead)[],
  facts: DrillFacts,
): string[] {
  const { seconds, objectiveSeconds } = rto;
  const platform =
    seconds === null
      ? // Its own judgement has said why, as a rule; silence about it would be a success.
        facts.causes.length === 0
        ? ["customers were not served again, and nothing says why"]
        : []
      : objectiveSeconds !== null && seconds > objectiveSeconds
        ? [
            `RTO: ${seconds.toFixed(0)} s without what people took, more than the ${objectiveSeconds} s that are promised`,
          ]
        : [];
  const each = lost.flatMap((one) => {
    const { rpoSeconds, objectiveSeconds: limit } = one;
    if (limit === null || rpoSeconds <= limit) return [];
    const what = "store" in one ? one.store : `writes, read as ${one.read}`;
    return [`${what}: RPO: ${rpoSeconds.toFixed(0)} s, more than the ${limit} s that are promised`];
  });
  return [...platform, ...each];
}

function phasesOf({ timeline, restore, restoreStep }: DrillFacts): RecordedPhase[] {
  return timeline.flatMap(({ name, at, seconds, by }): RecordedPhase[] => [
    { name, at, seconds, by, of: null },
    ...(name !== restoreStep || restore === null
      ? []
      : restore.phases
          .filter(({ state }) => state !== "skipped")
          .map((phase): RecordedPhase => ({
            name: phase.name,
            at: phase.startedAt,
            seconds: phase.seconds ?? 0,
            by: "machine",
            of: name,
          }))),
  ]);
}
