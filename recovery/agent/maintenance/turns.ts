import { setTimeout as delay } from "node:timers/promises";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { StoppedError } from "../stopped-error.ts";
import type { AgentContext } from "../context.ts";
import type { RepositoryPlace } from "../unfinished-writes.ts";

const lookMs = 500;
/** A point or a shipping that has the repository ends within minutes, as a rule; a first copy takes hours, and maintenance waits for its next day then. */
const waitMs = 280_000;
/** So often one piece may be given up for others; then the pieces cannot be made small enough, which must be told. */
const mostGivenUp = 12;
/** So that whoever asked has its turn first. */
const restMs = 5_000;

/** The lock of the place, see `Locks`. */
export const lockOf = { local: "repository", offsite: "offsite" } as const;

/** How a piece of work went: done, done with more to come, or given up because somebody wants the repository. */
export type Turn = "done" | "more" | "gave-way";

/**
 * Does maintenance in pieces, each with the repository's lock for itself, giving way to whoever waits for it: a point or a shipping is
 * never late for it. Nothing ends it for taking long.
 * @param piece One piece; `signal` is aborted when it must give way. `givenUp`: how many before it had to.
 * @throws RecoveryError `busy` when others leave it no turn.
 */
export async function inTurns(
  context: Pick<AgentContext, "locks" | "log" | "interrupted">,
  place: RepositoryPlace,
  piece: (signal: AbortSignal, givenUp: number) => Promise<"done" | "more">,
): Promise<void> {
  let givenUp = 0;
  for (;;) {
    const turn = await oneTurn(context, place, (signal) => piece(signal, givenUp));
    if (turn === "done") return;
    if (turn === "more") continue;
    givenUp += 1;
    context.log.line(`gave way to a run that wants the ${place} repository (${givenUp})`);
    if (givenUp === mostGivenUp)
      throw new RecoveryError(
        exitCodes.busy,
        `Maintenance of the ${place} repository gave way ${givenUp} times: points or shippings follow too closely for it. What it has done stays.`,
      );
    await delay(restMs, undefined, { signal: context.interrupted });
  }
}

async function oneTurn(
  { locks, interrupted }: Pick<AgentContext, "locks" | "interrupted">,
  place: RepositoryPlace,
  piece: (signal: AbortSignal) => Promise<"done" | "more">,
): Promise<Turn> {
  const name = lockOf[place];
  const lock = await locks.acquire(name, waitMs, "nothing");
  const giveWay = new AbortController();
  const watch = setInterval(() => {
    locks.wanted(name).then(
      (wanted) => wanted && giveWay.abort(),
      (error: unknown) => giveWay.abort(error),
    );
  }, lookMs);
  try {
    return await piece(AbortSignal.any([giveWay.signal, interrupted]));
  } catch (error) {
    // Only what was stopped by that: a repository that is damaged is, whoever waits for it.
    if (giveWay.signal.aborted && !interrupted.aborted && wasAborted(error)) return "gave-way";
    throw error;
  } finally {
    clearInterval(watch);
    await lock.release();
  }
}

function wasAborted(error: unknown): boolean {
  const cause = error instanceof RecoveryError ? error.cause : error;
  return cause instanceof StoppedError && cause.reason === "aborted";
}
