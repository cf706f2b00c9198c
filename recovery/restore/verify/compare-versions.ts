/** Below zero when `a` is older than `b`; null when either does not begin with dotted numbers, such as `8.0.3-debian`. */
export function compareVersions(a: string, b: string): number | null {
  const [left, right] = [numbers(a), numbers(b)];
  if (left === null || right === null) return null;
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbers(version: string): number[] | null {
  const match = /^v?(\d+(?:\.\d+)*)/.exec(version);
  return match?.[1]?.split(".").map(Number) ?? null;
}
