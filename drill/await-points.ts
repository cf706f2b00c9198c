import { waitUntil } from "../contract/wait-until.ts";
import type { DrillSite } from "./drill-site.ts";

/** Which points are waited for, and for how long. */
export interface AwaitedPoints {
  /** Points of this instant and before do not count; by the host's clock. */
  readonly since: Date;
  readonly wanted: number;
  readonly timeoutMs: number;
  /** Between two looks. @default 1000 */
  readonly everyMs?: number;
}

/**
 * Waits until so many points have been taken and shipped by the host's own timers.
 * @throws Error with the last output of the host's units: the machine may be gone by the time that somebody looks.
 */
export async function awaitPoints(
  site: Pick<DrillSite, "shippedPoints" | "lastWordsOnPoints">,
  { since, wanted, timeoutMs, everyMs = 1000 }: AwaitedPoints,
): Promise<void> {
  let shipped = 0;
  const areShipped = async (): Promise<boolean> => {
    const points = await site.shippedPoints();
    shipped = points.filter((instant) => Date.parse(instant) > since.getTime()).length;
    return shipped >= wanted;
  };
  await waitUntil(areShipped, {
    limitMs: timeoutMs,
    everyMs,
    late: async () =>
      `drill: expected ${wanted} points to be taken and shipped under load, got ${shipped} within ` +
      `${timeoutMs / 1000} s. See \`./kaleem status\`; last output of the host's units:\n${await site.lastWordsOnPoints()}`,
  });
}
