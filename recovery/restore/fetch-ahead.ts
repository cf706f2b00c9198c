import { PhaseRecorder } from "./journal/phase-recorder.ts";
import { restoredStores, type Progress } from "./execute.ts";
import type { RestoreJournal } from "./journal/journal.ts";
import { phases } from "./phases/phases.ts";
import { stagedDirectory } from "./phases/fetch.ts";
import type { PhaseContext } from "./phases/phase.ts";
import type { RestorePorts } from "./phases/ports.ts";
import type { PhaseName } from "./plan/phase-name.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";

/** What of a restore needs neither stores nor applications, in this order. */
const ahead: readonly PhaseName[] = ["locate", "fetch"];

/** Whether nothing of this restore was done but what may run ahead of it: its stores were not looked at yet. */
export function isOnlyFetched({ phases: records }: Pick<RestoreJournal, "phases">): boolean {
  return records.every(({ name }) => ahead.includes(name));
}

/**
 * Fetches the point of a restore before the platform is there to be restored: only its data root, the repository and this agent are
 * needed. It writes into the journal of that restore, which finds it done and goes on from there; a run that was killed is gone on with
 * by the next. Nothing but the folder for incoming data is touched, so no lock of the data is held. Does nothing for a restore that has
 * got further.
 * @throws RecoveryError when the point cannot be fetched, or is refused; the journal says so too
 */
export async function fetchAhead(
  journal: RestoreJournal,
  ports: RestorePorts,
  progress: Progress,
): Promise<void> {
  if (!isOnlyFetched(journal)) return;
  const own = { ...ports, stores: restoredStores(ports, journal) };
  const recorder = new PhaseRecorder(journal, own, progress);
  for (const name of ahead) {
    if (await isDone(name, journal, own)) continue;
    const startedAt = await recorder.started(name);
    try {
      await own.pause(0);
      const outcome = await phases[name](contextOf(name, journal, own, progress));
      await recorder.ended(name, startedAt, "done", outcome);
    } catch (error) {
      await recorder.ended(name, startedAt, "failed", { detail: sentenceOf(error) });
      throw error;
    }
  }
}

/** What was fetched may be gone with the data volume, while the journal, on the system disk, is not. */
async function isDone(name: PhaseName, { plan, phases: records }: RestoreJournal, ports: RestorePorts) {
  if (!records.some((record) => record.name === name && record.state === "done")) return false;
  if (name !== "fetch") return true;
  const staged = await ports.files.list(stagedDirectory({ plan, ports }));
  return ports.stores
    .flatMap(({ directories }) => directories)
    .every((directory) => staged.includes(directory));
}

function contextOf(
  phase: PhaseName,
  journal: RestoreJournal,
  ports: RestorePorts,
  progress: Progress,
): PhaseContext {
  return {
    plan: journal.plan,
    ports,
    asked: { accept: [], withoutProof: false },
    memory: journal.memory,
    remember: (facts) => Object.assign(journal.memory, facts),
    progress: ({ bytes, totalBytes }) => progress({ event: "phase-progress", phase, bytes, totalBytes }),
  };
}
