/** Below zero when version `a` is older than `b`, both as dotted numbers; what follows them, such as `-debian`, does not count. */
export function compareDotted(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => (/^[\d.]*/.exec(version)?.[0] ?? "").split(".").map(Number));
  for (let index = 0; index < Math.max(left?.length ?? 0, right?.length ?? 0); index += 1) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
