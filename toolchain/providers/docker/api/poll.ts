import { setTimeout as sleep } from "node:timers/promises";

/**
 * Looks again and again until a look answers something.
 * @returns what the look answered, or `undefined` when the deadline passed first.
 * @throws the signal's reason when it is aborted.
 */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  options: {
    readonly everyMilliseconds: number;
    readonly withinMilliseconds: number;
    readonly signal: AbortSignal;
  },
): Promise<T | undefined> {
  const deadline = performance.now() + options.withinMilliseconds;
  for (;;) {
    options.signal.throwIfAborted();
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() + options.everyMilliseconds > deadline) return undefined;
    await sleep(options.everyMilliseconds, undefined, { signal: options.signal });
  }
}
