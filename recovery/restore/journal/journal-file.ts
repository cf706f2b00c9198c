import { join } from "node:path";
import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import { restoreJournalSchema, type RestoreJournal } from "./journal.ts";
import type { RestorePorts } from "../phases/ports.ts";

type Holder = Pick<RestorePorts, "host"> & { readonly paths: { readonly agentState: string } };

/** Durable when it returns. */
export async function saveJournal({ host, paths }: Holder, journal: RestoreJournal): Promise<void> {
  await host.writeFile(journalPath(paths.agentState), `${JSON.stringify(journal, null, 2)}\n`, 0o600);
}

/** The journal of the last restore on this host; null when there was none. An unreadable one is never taken for none. */
export async function loadJournal({ host, paths }: Holder): Promise<RestoreJournal | null> {
  const path = journalPath(paths.agentState);
  const text = await host.readFile(path);
  return text === null ? null : parseJournal(text, path);
}

/** @throws RecoveryError naming `path` for a text that is no journal */
export function parseJournal(text: string, path: string): RestoreJournal {
  try {
    return restoreJournalSchema.parse(JSON.parse(text));
  } catch (error) {
    const sentence = `${path}: the journal of the last restore cannot be read. Look at the data root, then restart with --from-scratch.`;
    throw new RecoveryError(exitCodes.failed, sentence, { cause: error });
  }
}

/** Where it lies, in the agent's own folder. */
export function journalPath(agentState: string): string {
  return join(agentState, "restore.json");
}
