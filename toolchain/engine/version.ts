/** The first `1.2.3` or `1.2` in a text such as "v3.259.0" or "go version go1.26.8 linux/amd64"; undefined without one. */
export function findVersion(text: string): string | undefined {
  return /\d+\.\d+(\.\d+)?/.exec(text)?.[0];
}

/** Whether `version` is `oldest` or later, by numbers ("3.10.0" is later than "3.9.9"); missing parts count as 0. */
export function isAtLeast(version: string, oldest: string): boolean {
  const found = version.split(".").map(Number);
  const wanted = oldest.split(".").map(Number);
  for (const [index, part] of wanted.entries()) {
    const difference = (found[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
