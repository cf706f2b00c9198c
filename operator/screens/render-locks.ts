import type { LockFinding } from "../offsite/look-at-locks.ts";

/** What is known of a bucket's locks, and what to do where one is missing. */
export function renderLocks(bucket: string, findings: readonly LockFinding[]): string {
  const width = Math.max(...findings.map(({ prefix }) => prefix.length));
  const missing = findings.some(({ state }) => state === "not locked");
  return [
    `${bucket}:`,
    ...findings.map(({ prefix, state, how }) => `  ${prefix.padEnd(width)}  ${state.padEnd(10)}  ${how}`),
    ...(missing
      ? ["Whoever has this host's key can remove what is not locked. How a lock is set: docs/offsite.md."]
      : []),
  ].join("\n");
}
