import { phaseNames, type PhaseName } from "../plan/phase-name.ts";
import type { RestoreJournal } from "./journal.ts";

/** A restore that was begun and has not ended well: the phase that it goes on with. */
export interface UnfinishedRestore {
  readonly id: string;
  readonly phase: PhaseName;
  /** The one store that is restored while the others serve; absent for a restore of all. */
  readonly store?: string | undefined;
}

/** What a journal says of a restore that can be gone on with; null without one, and for one that has ended well. */
export function unfinishedRestore(journal: RestoreJournal | null): UnfinishedRestore | null {
  if (journal === null || journal.finishedAt !== null) return null;
  const settled = new Set(
    journal.phases.filter(({ state }) => state === "done" || state === "skipped").map(({ name }) => name),
  );
  const { id, service } = journal.plan;
  return {
    id,
    phase: phaseNames.find((name) => !settled.has(name)) ?? "record",
    ...(service === null ? {} : { store: service.name }),
  };
}
