import { setTimeout as delay } from "node:timers/promises";

/** How something is awaited. */
export interface Waiting {
  /** For how long, in milliseconds. There is always a first look, and none is broken off. */
  readonly limitMs: number;
  /** Between the end of one look and the next, in milliseconds. */
  readonly everyMs: number;
  /** Ends the wait with its reason: before the next look, and at once between two. */
  readonly signal?: AbortSignal | undefined;
  /** Whether something that a look threw only means "not yet". @default nothing does: it ends the wait */
  readonly notYet?: (error: unknown) => boolean;
  /** @default the machine's */
  readonly clock?: Clock;
}

/** What the time is taken from. */
export interface Clock {
  /** Milliseconds since any instant; never going back. */
  now(): number;
  pause(milliseconds: number, signal?: AbortSignal): Promise<unknown>;
}

/** What to say when the time is over; `last` is what the last look threw, if it did. */
export type Late = (last: Error | undefined) => Error | string | Promise<Error | string>;

/** One look: what was waited for, or that it is not there yet. */
export type Look<T> = () => T | undefined | false | Promise<T | undefined | false>;

const machineClock: Clock = {
  now: () => performance.now(),
  pause: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
};

/**
 * Looks again and again until there is what is waited for, and returns it.
 * @throws what `late` says, as an error, when the time is over; the signal's reason; what a look threw, unless it is `notYet`
 */
export function waitUntil<T>(look: Look<T>, waiting: Waiting & { readonly late: Late }): Promise<T>;
/** The same, when the end of the time is no error: undefined then. */
export function waitUntil<T>(look: Look<T>, waiting: Waiting): Promise<T | undefined>;
export async function waitUntil<T>(
  look: Look<T>,
  { limitMs, everyMs, signal, notYet, clock = machineClock, late }: Waiting & { readonly late?: Late },
): Promise<T | undefined> {
  const deadline = clock.now() + limitMs;
  for (;;) {
    signal?.throwIfAborted();
    let last: Error | undefined;
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
    } catch (error) {
      if (notYet?.(error) !== true) throw error;
      last = error instanceof Error ? error : new Error(String(error));
    }
    if (clock.now() >= deadline) {
      if (late === undefined) return undefined;
      const said = await late(last);
      throw typeof said === "string" ? new Error(said, last && { cause: last }) : said;
    }
    try {
      await clock.pause(everyMs, signal);
    } catch (error) {
      signal?.throwIfAborted(); // Its reason says more than that a timer was cut short.
      throw error;
    }
  }
}
