import { phaseNames, type PhaseName } from "../plan/phase-name.ts";
import type { RestoreJournal } from "./journal.ts";

/** A restore that was begun and has not ended well: the phase that it goes on with. */
export interface UnfinishedRestore {
  readonly id: string;
  readonly phase: PhaseName;
}

/** What a journal says of a restore that can be gone on with; null without one, and for one that has ended well. */
export function unfinishedRestore(journal: RestoreJournal | null): UnfinishedRestore | null {
  if (journal === null || journal.finishedAt !== null) return null;
  const settled = new Set(
    journal.phases.filter(({ state }) => state === "done" || state === "skipped").map(({ name }) => name),
  );
  return { id: journal.plan.id, phase: phaseNames.find((name) => !settled.has(name)) ?? "record" };
}
