import { layout } from "../../../contract/layout.ts";
import { loadJournal } from "../../restore/journal/journal-file.ts";
import { phaseNames } from "../../restore/plan/phase-name.ts";
import type { AgentContext } from "../context.ts";

/** Whether a restore is at work on this host, and which one was begun and not finished. */
export interface RestoreState {
  readonly running: boolean;
  readonly unfinished: { readonly id: string; readonly phase: string } | null;
}

/** Reads the journal and tries the lock; for `status`. */
export async function restoreState({ host, locks }: AgentContext): Promise<RestoreState> {
  const running = (await locks.holder("restore")) !== null;
  const journal = await loadJournal({ host, paths: layout });
  if (journal === null || journal.finishedAt !== null) return { running, unfinished: null };
  const settled = new Set(
    journal.phases.filter(({ state }) => state === "done" || state === "skipped").map(({ name }) => name),
  );
  const phase = phaseNames.find((name) => !settled.has(name)) ?? "record";
  return { running, unfinished: { id: journal.plan.id, phase } };
}
