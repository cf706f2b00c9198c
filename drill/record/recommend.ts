import { drillEveryDays } from "../../contract/drill-history.ts";
import type { DrillRecord, MeasuredDrill, Recommendation, RecordedPhase } from "./drill-record.ts";

/** An objective of which this share is used up is near its limit. */
const nearShare = 0.8;
/** A phase is slower when it took so much longer, and by so many seconds: less is the machine's mood. */
const slowerBy = { share: 1.2, seconds: 2 } as const;
/** People who take longer than so many times the machines' work are what to shorten. */
const peopleShare = 1;
const dayMs = 86_400_000;

/**
 * What to do after a drill, the most pressing first: mend what went wrong, verify what was not, shorten what is near its limit or has
 * become slower. Pure.
 * @param before the last drill of the same scenario; null when there is none
 */
export function recommend(drill: MeasuredDrill, before: DrillRecord | null): Recommendation[] {
  return [
    ...drill.problems.map((problem): Recommendation => ({ code: "mend", problem })),
    ...drill.unverified.map(({ store, sentence }): Recommendation => ({
      code: "not-verified",
      store,
      sentence,
      coverage: drill.coverage.find((one) => one.store === store)?.sentence ?? null,
    })),
    ...(drill.reads === null ? [{ code: "declare-check" } as const] : []),
    ...nearLimits(drill),
    ...slowPhases(drill, before),
    ...waitingPeople(drill),
    ...lateness(drill, before),
  ];
}

/** What is over its limit is a problem already, and told there. */
function nearLimits({ rto, stores, reads }: MeasuredDrill): Recommendation[] {
  const isNear = (took: number, limit: number): boolean => took <= limit && took >= nearShare * limit;
  const platform: Recommendation[] =
    rto.seconds !== null && rto.objectiveSeconds !== null && isNear(rto.seconds, rto.objectiveSeconds)
      ? [
          {
            code: "near-limit",
            objective: "rto",
            of: null,
            seconds: rto.seconds,
            limitSeconds: rto.objectiveSeconds,
          },
        ]
      : [];
  const lost = [
    ...stores.map(({ store, ...figures }) => ({ of: store, ...figures })),
    ...(reads ?? []).map(({ read, ...figures }) => ({ of: read, ...figures })),
  ];
  const each = lost.flatMap(({ of, rpoSeconds, objectiveSeconds }): Recommendation[] =>
    objectiveSeconds !== null && isNear(rpoSeconds, objectiveSeconds)
      ? [
          {
            code: "near-limit",
            objective: "rpo",
            of,
            seconds: rpoSeconds,
            limitSeconds: objectiveSeconds,
          },
        ]
      : [],
  );
  return [...platform, ...each];
}

/** The phase that lost most time against the last drill; without one, the phase that took most. Where parts are known, those are meant. */
function slowPhases(drill: MeasuredDrill, before: DrillRecord | null): Recommendation[] {
  const phases = finest(drill.phases);
  if (before === null) {
    const [slowest] = [...phases].sort((a, b) => b.seconds - a.seconds);
    const ofSeconds = phases.reduce((sum, { seconds }) => sum + seconds, 0);
    return slowest === undefined
      ? []
      : [{ code: "slowest", phase: slowest.name, seconds: slowest.seconds, ofSeconds }];
  }
  const former = new Map(finest(before.phases).map(({ name, seconds }) => [name, seconds]));
  const slower = phases.flatMap(({ name, seconds }) => {
    const beforeSeconds = former.get(name);
    if (beforeSeconds === undefined) return [];
    const isSlower = seconds >= beforeSeconds * slowerBy.share && seconds - beforeSeconds >= slowerBy.seconds;
    return isSlower ? [{ name, seconds, beforeSeconds }] : [];
  });
  const [worst] = slower.sort((a, b) => b.seconds - b.beforeSeconds - (a.seconds - a.beforeSeconds));
  return worst === undefined
    ? []
    : [
        {
          code: "slower",
          phase: worst.name,
          seconds: worst.seconds,
          beforeSeconds: worst.beforeSeconds,
          before: before.id,
        },
      ];
}

/** The machines' phases that are no sum of others. */
function finest(phases: readonly RecordedPhase[]): readonly RecordedPhase[] {
  const wholes = new Set(phases.map((phase) => phase.of));
  return phases.filter(({ name, by }) => by === "machine" && !wholes.has(name));
}

function waitingPeople({ rto }: MeasuredDrill): Recommendation[] {
  const { seconds, personSeconds } = rto;
  return seconds !== null && personSeconds > seconds * peopleShare
    ? [{ code: "people-waited", seconds: personSeconds, machineSeconds: seconds }]
    : [];
}

function lateness(drill: MeasuredDrill, before: DrillRecord | null): Recommendation[] {
  if (before === null) return [];
  const days = (Date.parse(drill.startedAt) - Date.parse(before.finishedAt)) / dayMs;
  return days > drillEveryDays ? [{ code: "late", days, afterDays: drillEveryDays }] : [];
}
