const day = 24 * 3_600_000;

/** What is dumped → at which times of the day in UTC, such as `02:10`. */
export type DumpTimes = Readonly<Record<string, readonly string[]>>;

/**
 * What has to be dumped now, in the order of the day's times: all whose last good dump is older than the latest of its times. One that failed, or
 * whose time came while the machine was off, is due until it has succeeded. Pure.
 * @param lastGood ISO time at which each was last begun that ended well
 */
export function dueDumps(
  times: DumpTimes,
  lastGood: Readonly<Record<string, string | undefined>>,
  now: Date,
): readonly string[] {
  return Object.entries(times)
    .flatMap(([source, at]) => {
      const latest = latestTime(at, now);
      const last = lastGood[source];
      if (latest === null || (last !== undefined && Date.parse(last) >= latest)) return [];
      return [{ source, latest }];
    })
    .sort((a, b) => a.latest - b.latest || (a.source < b.source ? -1 : 1))
    .map(({ source }) => source);
}

/** The latest of some times of the day that is not in the future, in ms since 1970; null when there are none. */
function latestTime(at: readonly string[], now: Date): number | null {
  const midnight = Math.floor(now.getTime() / day) * day;
  const instants = at.map((time) => {
    const [hours = 0, minutes = 0] = time.split(":").map(Number);
    const today = midnight + (hours * 60 + minutes) * 60_000;
    return today <= now.getTime() ? today : today - day;
  });
  return instants.length === 0 ? null : Math.max(...instants);
}
