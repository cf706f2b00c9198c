import { createHash } from "node:crypto";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { bucketLayout, layout } from "../../contract/layout.ts";
import type { HostPort } from "../host/host-port.ts";
import type { Bucket } from "../lineage/bucket.ts";
import { renderNote } from "../lineage/newest-sealed-file.ts";

/** The two forms that a stack's file goes off-site in: its secrets encrypted by Pulumi's passphrase, or the whole of it sealed to the kit. */
type Form = "encrypted" | "sealed";
const endings = { encrypted: "yaml", sealed: "age" } as const;
const types = { encrypted: "application/yaml", sealed: "application/octet-stream" } as const;

/**
 * Brings the stack file off-site as it lies on this host, which holds nothing that opens it: sealed to the recovery kit where the stack
 * names one, else encrypted. Each content is kept for good under its digest, and written there once. Which sealed one is the newest says
 * a note, which no lock of the bucket holds; of the encrypted ones another note,
 * and `kit/stack.yaml`, for readers of before, unless the bucket's lock holds an earlier one. The other form is left alone.
 *
 * The caller has opened the repositories with this host's password before.
 */
export async function shipStackFile(
  bucket: Bucket,
  host: Pick<HostPort, "readFile">,
): Promise<"uploaded" | "unchanged" | "absent"> {
  const sealed = await host.readFile(layout.sealedStackFile);
  if (sealed !== null) return shipSealed(bucket, sealed);
  const encrypted = await host.readFile(layout.offsiteStackFile);
  return encrypted === null ? "absent" : shipEncrypted(bucket, encrypted);
}

async function shipSealed(bucket: Bucket, content: string): Promise<"uploaded" | "unchanged"> {
  const kept = await keep(bucket, content, "sealed");
  const note = renderNote(stackFileVersionKey(content, "sealed"));
  if ((await bucket.get(bucketLayout.newestSealedFile))?.body === note)
    return kept ? "uploaded" : "unchanged";
  await bucket.put(bucketLayout.newestSealedFile, note, "application/json", { always: true });
  return "uploaded";
}

/** The one that stands there is kept before it is replaced, too. */
async function shipEncrypted(bucket: Bucket, content: string): Promise<"uploaded" | "unchanged"> {
  const present = (await bucket.get(bucketLayout.stackFile))?.body ?? null;
  if (present !== null && present !== content) await keep(bucket, present, "encrypted");
  await keep(bucket, content, "encrypted");
  const key = stackFileVersionKey(content);
  const known = (await bucket.get(bucketLayout.newestStackFile))?.body ?? null;
  const newest = `${JSON.stringify({ version: 1, key })}\n`;
  if (known !== newest)
    await bucket.put(bucketLayout.newestStackFile, newest, "application/json", { always: true });
  const replaced = present !== content && (await replaceUnlessLocked(bucket, content));
  return known === newest && !replaced ? "unchanged" : "uploaded";
}

/** Where a content is kept: its digest's first half is one of a kind, and short enough to be read aloud. */
export function stackFileVersionKey(content: string, form: Form = "encrypted"): string {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 32);
  return `${bucketLayout.stackFileVersions}/${digest}.${endings[form]}`;
}

/** Whether it was not there yet. */
async function keep(bucket: Bucket, content: string, form: Form): Promise<boolean> {
  const key = stackFileVersionKey(content, form);
  if ((await bucket.get(key)) !== null) return false;
  return bucket.put(key, content, types[form], { ifAbsent: true });
}

async function replaceUnlessLocked(bucket: Bucket, content: string): Promise<boolean> {
  try {
    return await bucket.put(bucketLayout.stackFile, content, "application/yaml", { always: true });
  } catch (error) {
    if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.objectLocked) throw error;
    return false;
  }
}
