import type { RestoreJournal } from "./journal.ts";
import type { RestorePlan } from "../plan/restore-plan.ts";

/** A journal for a plan that has not begun. */
export function beginJournal(plan: RestorePlan, now: Date): RestoreJournal {
  return { version: 1, plan, startedAt: now.toISOString(), phases: [], memory: {}, finishedAt: null };
}
