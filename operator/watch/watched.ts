import type { FiringAlerts } from "../../recovery/agent/answers/firing-alerts.ts";

export type FiringAlert = FiringAlerts["firing"][number];

/** What a deployment itself sets off, and one alert that always fires, so that its absence is seen. */
const expected = /^(Deployment|LongDeployment|RolledBack$|Watchdog$)/;

/** Alerts that say something of the platform and not of the deployment that has just been. Pure. */
export function beyondDeployment(firing: readonly FiringAlert[]): FiringAlert[] {
  return firing.filter(({ name }) => !expected.test(name));
}

/** How many requests may fail of those that are made, and for how long they are. */
export interface WatchPlan {
  readonly requests: number;
  /** Share that may fail, from 0 to 1. */
  readonly budget: number;
}

/** What was seen so far. */
export interface Watched {
  /** What fired before the watch began: known, and no work of this deployment's. */
  readonly before: readonly FiringAlert[];
  readonly asked: number;
  /** Requests through the edge that had another answer than 200, or none. */
  readonly failed: number;
  /** What the last of them met; null while there is none. */
  readonly lastFailure: string | null;
  /** What fires now. */
  readonly firing: readonly FiringAlert[];
}

/** Why the watch has failed already, whatever may come; null while it may still pass. Pure. */
export function whyNot(plan: WatchPlan, seen: Watched): string | null {
  const allowed = Math.floor(plan.requests * plan.budget);
  if (seen.failed > allowed)
    return `${seen.failed} of ${seen.asked} requests through the edge failed, ${allowed} of ${plan.requests} may; the last one: ${seen.lastFailure ?? "no answer"}`;
  const known = new Set(seen.before.map(identity));
  const begun = beyondDeployment(seen.firing).filter(
    (alert) => /^SEV[12]$/.test(alert.severity) && !known.has(identity(alert)),
  );
  if (begun.length === 0) return null;
  return `alerts have begun: ${begun.map(({ severity, name, about }) => `${severity} ${name} (${about})`).join("; ")}`;
}

function identity({ name, about }: FiringAlert): string {
  return `${name} ${about}`;
}
