import { Bucket, type BucketLocation } from "../../recovery/lineage/bucket.ts";
import { offsite } from "../../components/config/schema.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { openSecretsStack } from "../secrets/secrets-stack.ts";
import { readRecoveryKit } from "../stack/recovery-kit.ts";
import type { Stack } from "../stack/stack.ts";

/**
 * The off-site bucket, without the host: by a recovery kit, or else by the stack's own settings and secrets.
 * @param kit The kit's file; with one nothing of the stack is opened.
 */
export async function openOffsite(stack: () => Stack, kit: string | undefined): Promise<Bucket> {
  if (kit !== undefined) {
    const { endpoint, bucket, prefix, region, accessKeyId, secretAccessKey } = await readRecoveryKit(kit);
    return new Bucket({ endpoint, bucket, prefix, region }, { accessKeyId, secretAccessKey }, timeoutMs);
  }
  const values = await openSecretsStack(stack(), terminalProgress()).values();
  const location: BucketLocation = offsite.parse(JSON.parse(values.get("offsite") ?? "{}"));
  const keys = {
    accessKeyId: values.get("offsite-access-key-id") ?? "",
    secretAccessKey: values.get("offsite-secret-access-key") ?? "",
  };
  return new Bucket(location, keys, timeoutMs);
}

/** An operator waits longer than a job. */
const timeoutMs = 30_000;
