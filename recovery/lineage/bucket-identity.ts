import { z } from "zod";

/** Which bucket, without the keys to it. */
export const bucketIdentitySchema = z.strictObject({
  endpoint: z.string(),
  bucket: z.string(),
  prefix: z.string(),
});
export type BucketIdentity = z.infer<typeof bucketIdentitySchema>;

/** Which bucket a location is; the endpoint without a slash at its end. */
export function identityOf({ endpoint, bucket, prefix }: BucketIdentity): BucketIdentity {
  return { endpoint: endpoint.replace(/\/+$/, ""), bucket, prefix };
}

/** As an operator would name it, such as `s3://kaleem-backup/prod at https://…`. */
export function nameOf({ endpoint, bucket, prefix }: BucketIdentity): string {
  return `s3://${bucket}${prefix === "" ? "" : `/${prefix}`} at ${endpoint}`;
}
