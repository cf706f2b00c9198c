import { setTimeout as wait } from "node:timers/promises";

/** For how long, and how often. */
export interface PointSchedule {
  readonly seconds: number;
  readonly everySeconds: number;
}

/**
 * Takes a point at once and then every so often, until the time is over; a point that takes longer than the interval
 * delays the next, and one that would begin after the end is left out. Returns when the last one is done.
 */
export async function pointsDuring<Result>(
  { seconds, everySeconds }: PointSchedule,
  take: () => Promise<Result>,
): Promise<readonly Result[]> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const taken: Result[] = [];
  for (let due = 0; due < seconds; due = Math.max(due + everySeconds, elapsed())) {
    if (elapsed() < due) await wait((due - elapsed()) * 1000);
    taken.push(await take());
  }
  return taken;
}
