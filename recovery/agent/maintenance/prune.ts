import { jobs } from "../../../contract/jobs.ts";
import type { RunLimits } from "../../restic/run-limits.ts";
import type { AgentContext } from "../context.ts";
import { size } from "../../host/log.ts";
import type { PruneResult } from "../answers/run-record.ts";
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
    if ((await mayChange(context, place)) === null) return { pieces: 0, indexFiles: 0 };
    const { host, log } = context;
    const repository = context[place];
    const unfinished = new UnfinishedWrites(host, place);
    const whole = place === "local" ? localPiece : await offsitePiece(context);
    let pieces = 0;
    let indexFiles = 0;
    await inTurns(context, place, async (signal, givenUp) => {
      const limits: RunLimits = { signal, stallAfterMs: jobs[`prune-${place}`].stallAfterMs };
      // Without it the next prune would remove what the one before has moved, and begin anew.
      await unfinished.mend((left) =>
        log.phase(`index what was left by: ${left}`, () => repository.repairIndex(limits)),
      );
      const piece = Math.max(leastPiece, whole / 2 ** givenUp);
      const { more } = await log.phase(`prune, at most ${size(piece)} to move`, () =>
        unfinished.during("prune", () => repository.prune(limits, piece)),
      );
      pieces += 1;
      if (more) return "more";
      indexFiles = await repository.countIndexFiles(limits);
      if (indexFiles <= mostIndexFiles) return "done";
      await log.phase(`merge ${indexFiles} index files`, () =>
        unfinished.during("merging index files", () => repository.repairIndex(limits)),
      );
      indexFiles = await repository.countIndexFiles(limits);
      return "done";
    });
    return { pieces, indexFiles };
  });
}

async function offsitePiece({ host }: AgentContext): Promise<number> {
  const rate = await new Uplink(host).rate();
  return rate === null ? firstOffsitePiece : Math.max(leastPiece, (rate * pieceSeconds) / 2);
}
