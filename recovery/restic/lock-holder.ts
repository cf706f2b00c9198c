/**
 * Who holds a repository's lock and since when, by restic's words; null when it does not say.
 * @example "PID 17681 on host-1 by root (UID 0, GID 0) since 2026-11-30 13:10:54"
 */
export function lockHolder(stderr: string): string | null {
  const who = /already locked(?: exclusively)? by (PID \d+ on .+)/i.exec(stderr)?.[1]?.trim();
  if (who === undefined) return null;
  const since = /lock was created at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)/i.exec(stderr)?.[1];
  return since === undefined ? who : `${who} since ${since}`;
}
