import { Bucket, type BucketLocation } from "../../recovery/lineage/bucket.ts";
import { z } from "zod";
import { milliseconds } from "../../catalog/quantities.ts";
import { hours } from "../../components/config/fields.ts";
import { defaultLockForMs } from "../../recovery/restic/retention.ts";
import { offsite } from "../../components/config/schema.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { openSecretsStack } from "../secrets/secrets-stack.ts";
import { readRecoveryKit } from "../stack/recovery-kit.ts";
import type { Stack } from "../stack/stack.ts";

/** A bucket, and what the stack's settings say of its lock. */
export interface OffsiteAccess {
  readonly bucket: Bucket;
  /** Milliseconds; the default where no settings were read. */
  readonly lockForMs: number;
}

/**
 * The off-site bucket, without the host: by a recovery kit, or else by the stack's own settings and secrets.
 * @param kit The kit's file; with one nothing of the stack is opened.
 */
export async function openOffsite(stack: () => Stack, kit: string | undefined): Promise<OffsiteAccess> {
  if (kit !== undefined) {
    const { endpoint, bucket, prefix, region, accessKeyId, secretAccessKey } = await readRecoveryKit(kit);
    return {
      bucket: new Bucket({ endpoint, bucket, prefix, region }, { accessKeyId, secretAccessKey }, timeoutMs),
      lockForMs: defaultLockForMs,
    };
  }
  const values = await openSecretsStack(stack(), terminalProgress()).values();
  const location: BucketLocation = offsite.parse(JSON.parse(values.get("offsite") ?? "{}"));
  const keys = {
    accessKeyId: values.get("offsite-access-key-id") ?? "",
    secretAccessKey: values.get("offsite-secret-access-key") ?? "",
  };
  const { lockFor } = lockSchema.parse(JSON.parse(values.get("backups") ?? "{}"));
  const lockForMs = lockFor === undefined ? defaultLockForMs : milliseconds(lockFor);
  return { bucket: new Bucket(location, keys, timeoutMs), lockForMs };
}

const lockSchema = z.object({ lockFor: hours.optional() });

/** An operator waits longer than a job. */
const timeoutMs = 30_000;
