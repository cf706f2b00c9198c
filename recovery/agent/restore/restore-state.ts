import { layout } from "../../../contract/layout.ts";
import { loadJournal } from "../../restore/journal/journal-file.ts";
import { unfinishedRestore, type UnfinishedRestore } from "../../restore/journal/unfinished.ts";
import type { AgentContext } from "../context.ts";

/** Whether a restore is at work on this host, and which one was begun and not finished. */
export interface RestoreState {
  readonly running: boolean;
  readonly unfinished: UnfinishedRestore | null;
}

/** Reads the journal and tries the lock; for `status`. */
export async function restoreState({ host, locks }: AgentContext): Promise<RestoreState> {
  const running = (await locks.holder("restore")) !== null;
  return { running, unfinished: unfinishedRestore(await loadJournal({ host, paths: layout })) };
}
