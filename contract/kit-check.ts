import { createHash } from "node:crypto";
import { z } from "zod";
import type { OffsiteCredentials } from "./offsite-credentials.ts";

/** What a recovery kit holds beside its passphrase, as far as it can go out of date. */
export interface KitKeys extends OffsiteCredentials {
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  /** The public half of its passphrase; null where the stack's file is sealed to no kit. */
  readonly recipient: string | null;
}

/**
 * Names the keys of a kit, so that whoever has the present ones can tell whether a kit that was checked still has them; nothing can be
 * told from it, since the secret key is drawn at random.
 */
export function kitKeysDigest(keys: KitKeys): string {
  const { endpoint, bucket, prefix, region, accessKeyId, secretAccessKey, recipient } = keys;
  const parts = [endpoint.replace(/\/+$/, ""), bucket, prefix, region, accessKeyId, secretAccessKey];
  return createHash("sha256")
    .update(JSON.stringify([...parts, recipient ?? ""]))
    .digest("hex")
    .slice(0, 32);
}

/** The record in the bucket that a recovery kit was checked, and opened everything. */
export const kitCheckSchema = z.object({
  version: z.literal(1),
  at: z.iso.datetime(),
  /** Of which keys: {@link kitKeysDigest}. */
  keys: z.string(),
});
export type KitCheck = z.infer<typeof kitCheckSchema>;
