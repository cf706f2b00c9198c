import type * as pulumi from "@pulumi/pulumi";
import type { DnsRecords } from "./dns/dns-records.ts";
import type { BackupBucket } from "./offsite/backup-bucket.ts";
import type { OffsiteCredentials } from "../contract/offsite-credentials.ts";

/** The account's outputs. The key pairs in them are secret. */
export interface AccountOutputs {
  readonly version: 1;
  readonly buckets: Readonly<
    Record<
      string,
      {
        readonly endpoint: string;
        readonly bucket: string;
        /** Use → generation → key pair. */
        readonly keys: Readonly<
          Record<"host" | "drill", Readonly<Record<string, pulumi.Output<OffsiteCredentials>>>>
        >;
      }
    >
  >;
  readonly records: DnsRecords["pointing"];
}

/** What a machine's stack is given from the account: addresses, key pairs, and where names point. */
export function accountOutputs(
  buckets: readonly (readonly [name: string, bucket: BackupBucket])[],
  records: DnsRecords,
): AccountOutputs {
  const told = buckets.map(
    ([name, { endpoint, bucket, keys }]) => [name, { endpoint, bucket, keys }] as const,
  );
  return { version: 1, buckets: Object.fromEntries(told), records: records.pointing };
}
