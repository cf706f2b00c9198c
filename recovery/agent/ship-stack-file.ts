import { createHash } from "node:crypto";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { bucketLayout } from "../../contract/layout.ts";
import type { Bucket } from "../lineage/bucket.ts";

/**
 * Brings the stack file off-site; it is encrypted: with the passphrase and the bucket it is all that an operator needs. Each content
 * is kept for good under its digest, and written there once; which of them is the newest stands where no lock may be.
 * `kit/stack.yaml`, for readers of before, is the newest too, unless the bucket's lock holds an earlier one.
 *
 * The caller has opened the repositories with this host's password before.
 */
export async function shipStackFile(
  bucket: Bucket,
  content: string | null,
): Promise<"uploaded" | "unchanged" | "absent"> {
  if (content === null) return "absent";
  const present = (await bucket.get(bucketLayout.stackFile))?.body ?? null;
  if (present !== null && present !== content) await keep(bucket, present);
  await keep(bucket, content);
  const key = stackFileVersionKey(content);
  const known = (await bucket.get(bucketLayout.newestStackFile))?.body ?? null;
  const newest = `${JSON.stringify({ version: 1, key })}\n`;
  if (known !== newest)
    await bucket.put(bucketLayout.newestStackFile, newest, "application/json", { always: true });
  const replaced = present !== content && (await replaceUnlessLocked(bucket, content));
  return known === newest && !replaced ? "unchanged" : "uploaded";
}

/** Where a content is kept: its digest's first half is one of a kind, and short enough to be read aloud. */
export function stackFileVersionKey(content: string): string {
  return `${bucketLayout.stackFileVersions}/${createHash("sha256").update(content).digest("hex").slice(0, 32)}.yaml`;
}

async function keep(bucket: Bucket, content: string): Promise<void> {
  const key = stackFileVersionKey(content);
  if ((await bucket.get(key)) !== null) return;
  await bucket.put(key, content, "application/yaml", { ifAbsent: true });
}

async function replaceUnlessLocked(bucket: Bucket, content: string): Promise<boolean> {
  try {
    return await bucket.put(bucketLayout.stackFile, content, "application/yaml", { always: true });
  } catch (error) {
    if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.objectLocked) throw error;
    return false;
  }
}
