/** The leading dotted numbers of an engine's version, such as `[8, 0, 3]` of `v8.0.3-debian`; null when it does not begin with any. */
export function versionNumbers(version: string): readonly number[] | null {
  const match = /^v?(\d+(?:\.\d+)*)/.exec(version);
  return match?.[1]?.split(".").map(Number) ?? null;
}

/** Below zero when `a` is older than `b`; null when either does not begin with dotted numbers, such as `8.0.3-debian`. */
export function compareVersions(a: string, b: string): number | null {
  const [left, right] = [versionNumbers(a), versionNumbers(b)];
  if (left === null || right === null) return null;
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * The least that every engine asks: data never goes back to an older version.
 * @param engine Its name, for the sentence.
 * @returns why the present version cannot take over what the other has written, as a sentence without its full stop; null when it can
 */
export function forwardOnly(engine: string, held: string, present: string): string | null {
  if (held === present) return null;
  const order = compareVersions(present, held);
  if (order === null) return `which of the two versions is the newer cannot be told`;
  return order < 0 ? `an older ${engine} does not read what a newer one has written` : null;
}

/** As `forwardOnly`, and within one major version: for versions of an engine that its own rules do not know, such as a stand-in's. */
export function withinMajor(engine: string, held: string, present: string): string | null {
  const backward = forwardOnly(engine, held, present);
  if (backward !== null || held === present) return backward;
  return versionNumbers(held)?.[0] === versionNumbers(present)?.[0]
    ? null
    : `these are two major versions, of which no step from one to the other is known`;
}
