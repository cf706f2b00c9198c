import { createHash } from "node:crypto";
import { z } from "zod";
import type { HostPort } from "../host/host-port.ts";
import { layout } from "../../contract/layout.ts";
import type { Bucket } from "./bucket.ts";
import { bucketIdentitySchema, identityOf } from "./bucket-identity.ts";
import { probeConditionalWrites } from "./probe-conditional-writes.ts";

/** Of which bucket it is known that its conditional writes work. */
const knownSchema = z.strictObject({
  bucket: bucketIdentitySchema,
  /** A digest of the access key's id. */
  account: z.string(),
  probedAt: z.iso.datetime(),
});

/** Where it is kept. */
export const knownBucketPath = `${layout.agentState}/conditional-writes.json`;

/**
 * Makes sure that the bucket's conditional writes work before anything relies on them. What was found is kept; another endpoint,
 * bucket, prefix or key pair is tried anew.
 * @throws RecoveryError as `probeConditionalWrites`.
 */
export async function ensureConditionalWrites(
  host: HostPort,
  bucket: Bucket,
  log: { line(text: string): void },
): Promise<void> {
  const present = {
    bucket: identityOf(bucket.location),
    account: createHash("sha256").update(bucket.account).digest("hex").slice(0, 16),
  };
  const text = await host.readFile(knownBucketPath);
  if (text !== null && isKnown(text, present)) return;
  const { left } = await probeConditionalWrites(bucket);
  for (const key of left)
    log.line(`${key} stays in the bucket: this key pair may not remove it; it is not needed`);
  const known = { ...present, probedAt: host.now().toISOString() };
  await host.writeFile(knownBucketPath, `${JSON.stringify(known, null, 2)}\n`, 0o644);
}

/** A file that cannot be understood is as good as none: trying again costs a second. */
function isKnown(text: string, present: Omit<z.infer<typeof knownSchema>, "probedAt">): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  const parsed = knownSchema.safeParse(value);
  if (!parsed.success) return false;
  const { bucket, account } = parsed.data;
  return JSON.stringify({ bucket, account }) === JSON.stringify(present);
}
