import { bucketLayout } from "../../contract/layout.ts";
import { newestStackFile } from "../../recovery/lineage/newest-stack-file.ts";
import { Bucket, type BucketLocation } from "../../recovery/lineage/bucket.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";

/** Where a lost platform's bucket is, and a key pair that may read it. */
export type KitLocation = BucketLocation & OffsiteCredentials;

/**
 * The lost platform's stack file, its secrets encrypted with the passphrase: with the repository and the passphrase all
 * that a fresh machine needs.
 * @throws RecoveryError saying which of endpoint, bucket, keys or prefix is wrong; never with a key in it.
 */
export async function recoverStackFile(location: KitLocation): Promise<string> {
  const { accessKeyId, secretAccessKey, ...bucket } = location;
  const stackFile = await newestStackFile(new Bucket(bucket, { accessKeyId, secretAccessKey }));
  if (stackFile !== null) return stackFile;
  const prefix = bucket.prefix === "" ? "" : `/${bucket.prefix}`;
  throw new RecoveryError(
    exitCodes.noRepository,
    `There is no stack file at s3://${bucket.bucket}${prefix}/${bucketLayout.stackFile}: check bucket and prefix; a platform ships it with its first points.`,
  );
}
