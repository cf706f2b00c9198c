import { lockedPrefixes } from "../../contract/layout.ts";
import { isLocked } from "../../recovery/lineage/bucket-refusal.ts";
import type { Bucket } from "../../recovery/lineage/bucket.ts";
import { isAsNamed } from "../../recovery/lineage/copied-object.ts";
import { keepsVersions, lockRule } from "./bucket-versions.ts";

/** What is known of the lock on one prefix. */
export interface LockFinding {
  readonly prefix: string;
  readonly state: "locked" | "not locked" | "unknown";
  /** How that is known, or why it is not. */
  readonly how: string;
}

/**
 * Whether what is written to a bucket can be removed by whoever has the host's key. S3's object lock can be asked for; R2's rules
 * cannot, so there an object is written over with its own bytes, on condition that it is still the same: a lock refuses that, and
 * without one nothing has changed. Only an object that is younger than `lockForMs` tells, since locks end.
 */
export async function lookAtLocks(
  bucket: Bucket,
  lockForMs: number,
  now: Date,
): Promise<readonly LockFinding[]> {
  const all = (state: LockFinding["state"], how: string): readonly LockFinding[] =>
    lockedPrefixes.map((prefix) => ({ prefix, state, how }));
  if (await keepsVersions(bucket)) {
    const rule = await lockRule(bucket);
    if (rule === null)
      return all(
        "not locked",
        "the bucket keeps versions, but no rule of its object lock holds them: a key pair that may remove versions removes them",
      );
    const days = Math.ceil(lockForMs / 86_400_000);
    if (rule.days < days)
      return all("not locked", `its object lock holds for ${rule.days} days, backups.lockFor says ${days}`);
    return all("locked", `object lock, ${rule.mode}, ${rule.days} days`);
  }
  const findings: LockFinding[] = [];
  for (const prefix of lockedPrefixes) findings.push(await tryPrefix(bucket, prefix, lockForMs, now));
  return findings;
}

/** Objects larger than this are not read to be written again, unless there are no smaller ones. */
const small = 1024 * 1024;

async function tryPrefix(bucket: Bucket, prefix: string, lockForMs: number, now: Date): Promise<LockFinding> {
  const since = now.getTime() + (bucket.clockAheadMs ?? 0) - lockForMs;
  // What is due to be free within the hour may become so meanwhile.
  const young = (await bucket.list(prefix)).filter(({ storedAtMs }) => storedAtMs > since + 3_600_000);
  const [tried] = [...young].sort(
    (a, b) => Number(a.bytes > small) - Number(b.bytes > small) || b.storedAtMs - a.storedAtMs,
  );
  if (tried === undefined)
    return { prefix, state: "unknown", how: "nothing there is young enough for a lock to hold it still" };
  const { key, etag } = tried;
  const content = await bucket.read(key);
  if (content === null || !isAsNamed(key, content))
    return { prefix, state: "unknown", how: `${key} could not be read as it was written` };
  const { status, body } = await bucket.overwrite(key, content, etag);
  if (isLocked({ body })) return { prefix, state: "locked", how: `${key} was not let be written over` };
  if (status >= 200 && status < 300)
    return { prefix, state: "not locked", how: `${key} was let be written over, with its own bytes` };
  if (status === 401 || status === 403)
    return { prefix, state: "unknown", how: `this key pair may not write ${key} (${status})` };
  return { prefix, state: "unknown", how: `${key}: the bucket answered ${status}` };
}
