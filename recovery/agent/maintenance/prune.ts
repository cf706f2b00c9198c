import { jobs } from "../../../contract/jobs.ts";
import { layout } from "../../../contract/layout.ts";
import type { HeldPacks } from "../../restic/pack-removal.ts";
import type { RunLimits } from "../../restic/run-limits.ts";
import type { AgentContext } from "../context.ts";
import { size } from "../../host/log.ts";
import { readRecord } from "../../host/read-record.ts";
import { pruneRecord, type PruneResult } from "../answers/run-record.ts";
import { removeLockedKeys } from "../restic-keys.ts";
import { UnfinishedWrites, type RepositoryPlace } from "../unfinished-writes.ts";
import { Uplink } from "../uplink.ts";
import { aloneInMaintenance, mayChange } from "./alone.ts";
import { inTurns } from "./turns.ts";

const MiB = 1024 * 1024;
/** A disk moves this in seconds. */
const localPiece = 512 * MiB;
/** What is known of no link. */
const firstOffsitePiece = 128 * MiB;
/** restic moves no pack that is larger than the piece: it must be more than our largest pack and what that may run over. */
const leastPiece = 64 * MiB;
/** A piece is what a link moves in about so long; what is repacked is read and written. */
const pieceSeconds = 60;
/** Every shipping adds an index file, and a fresh machine loads them all before its first byte of data. */
const mostIndexFiles = 100;

/**
 * Gives back the space of what was forgotten, in pieces: each ends with an index of what it has moved, so that one that is
 * interrupted loses itself alone. Merges the index files, too, when there are many.
 */
export async function prunePoints(context: AgentContext, place: RepositoryPlace): Promise<PruneResult> {
  return aloneInMaintenance(context, async () => {
    if ((await mayChange(context, place)) === null)
      return { pieces: 0, indexFiles: 0, waiting: 0, waitingFor: null };
    const { host, log } = context;
    const repository = context[place];
    const unfinished = new UnfinishedWrites(host, place);
    const whole = place === "local" ? localPiece : await offsitePiece(context);
    let pieces = 0;
    let indexFiles = 0;
    let held: HeldPacks | null = null;
    // What waited is in no index: restic would try those first, again and again, and come to nothing else.
    let mended = false;
    let unindexed = await waited(host, place);
    await inTurns(context, place, async (signal, givenUp) => {
      const limits: RunLimits = { signal, stallAfterMs: jobs[`prune-${place}`].stallAfterMs };
      // Without it the next prune would remove what the one before has moved, and begin anew.
      await unfinished.mend((left) =>
        log.phase(`index what was left by: ${left}`, () => repository.repairIndex(limits)),
      );
      if (unindexed) {
        await log.phase("index the packs that the bucket keeps", () => repository.repairIndex(limits));
        unindexed = false;
      }
      const piece = Math.max(leastPiece, whole / 2 ** givenUp);
      const pruned = await log.phase(`prune, at most ${size(piece)} to move`, () =>
        unfinished.during("prune", () => repository.prune(limits, piece)),
      );
      pieces += 1;
      held = pruned.held;
      if (pruned.more) return "more";
      // The bucket's lock held it up before it came to its work.
      if (held !== null && held.because === "lock" && held.unindexed && !mended) {
        unindexed = true;
        mended = true;
        return "more";
      }
      // Some went, so others that may go were perhaps not tried.
      if (held !== null && held.removed > 0) {
        unindexed = held.because === "lock";
        return "more";
      }
      await removeLockedKeys(context, place);
      indexFiles = await repository.countIndexFiles(limits);
      if (indexFiles <= mostIndexFiles) return "done";
      await log.phase(`merge ${indexFiles} index files`, () =>
        unfinished.during("merging index files", () => repository.repairIndex(limits)),
      );
      indexFiles = await repository.countIndexFiles(limits);
      return "done";
    });
    return { pieces, indexFiles, ...waitingIn(held) };
  });
}

/** @param held Widened by the caller: assigned in a callback. */
function waitingIn(held: HeldPacks | null): Pick<PruneResult, "waiting" | "waitingFor"> {
  return held === null ? { waiting: 0, waitingFor: null } : { waiting: held.packs, waitingFor: held.because };
}

/** Whether the last good prune left packs that the bucket's lock held. */
async function waited(host: AgentContext["host"], place: RepositoryPlace): Promise<boolean> {
  const record = await readRecord(host, `${layout.agentState}/prune-${place}.json`, pruneRecord);
  return record?.lastSuccess?.result.waitingFor === "lock";
}

async function offsitePiece({ host }: AgentContext): Promise<number> {
  const rate = await new Uplink(host).rate();
  return rate === null ? firstOffsitePiece : Math.max(leastPiece, (rate * pieceSeconds) / 2);
}
