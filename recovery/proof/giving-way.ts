import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";

/** What a watch says of a lock that somebody waits for. */
export const anothersTurn = "somebody else wants its turn";

/** Looks again and again whether somebody else comes first. */
export interface Watch {
  /** Aborted, as busy, once somebody does. */
  readonly signal: AbortSignal;
  stop(): void;
}

/**
 * Begins such a watch.
 * @param what What gives way, such as `proof`.
 * @param comesFirst Why somebody else comes first, in words; null when nobody does. That it rejects ends the work too.
 * @param lookMs How often it is looked. @default 1000
 */
export function watchForOthers(
  what: string,
  comesFirst: () => Promise<string | null>,
  lookMs = 1_000,
): Watch {
  const abort = new AbortController();
  const look = setInterval(() => {
    comesFirst().then(
      (why) => why !== null && abort.abort(putOff(what, why)),
      (error: unknown) => abort.abort(error),
    );
  }, lookMs);
  return { signal: abort.signal, stop: () => clearInterval(look) };
}

/** Work that is put off is no failure: `busy`, which so many times in a row are (`busyRuns` of the job). */
export function putOff(what: string, why: string): RecoveryError {
  return new RecoveryError(exitCodes.busy, `No ${what} now: ${why}. The next run tries again.`);
}
