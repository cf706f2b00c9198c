import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { defaultLockForMs } from "../../recovery/restic/retention.ts";
import type { Bucket } from "../../recovery/lineage/bucket.ts";
import { keepsVersions } from "../../operator/offsite/bucket-versions.ts";
import { lookAtLocks } from "../../operator/offsite/look-at-locks.ts";

/**
 * Lets nobody attack a bucket that has no lock: an attack would destroy every copy, which is known without a drill.
 * @throws RecoveryError `usage` naming what is not locked, or a bucket that is brought back in another way
 */
export async function demandLock(bucket: Bucket, stack: string, now: Date): Promise<void> {
  if (await keepsVersions(bucket))
    throw new RecoveryError(
      exitCodes.usage,
      `stack ${stack}: its bucket keeps versions: what is removed there comes back by ./kaleem offsite rewind, which a drill does not do yet. Nothing was destroyed.`,
    );
  const open = (await lookAtLocks(bucket, defaultLockForMs, now)).filter(
    ({ prefix, state }) => state === "not locked" && prefix.startsWith("restic/"),
  );
  if (open.length === 0) return;
  throw new RecoveryError(
    exitCodes.usage,
    `stack ${stack}: its bucket has no lock on ${open.map(({ prefix }) => prefix).join(", ")}: whoever has the host's keys destroys every copy, and there is nothing to come back from. ` +
      "Set one (docs/offsite.md), then drill. Nothing was destroyed.",
  );
}
