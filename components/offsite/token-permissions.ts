/** Cloudflare's ids of the permissions that a token for objects may have; the same in every account. */
export const permissionGroups = {
  /** Workers R2 Storage Bucket Item Write: reads, lists, writes and removes objects. */
  write: "2efd5506f9c8494dacb1fa10a3e7d5b6",
  /** Workers R2 Storage Bucket Item Read: reads and lists objects. */
  read: "6a018a9f2fc74eb6b293b0c548f38b39",
} as const;

/** How a token names one bucket. */
export function bucketResource(accountId: string, bucket: string, jurisdiction: string): string {
  return `com.cloudflare.edge.r2.bucket.${accountId}_${jurisdiction}_${bucket}`;
}
