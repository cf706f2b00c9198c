import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import type { BucketSettings } from "../config/account-schema.ts";
import { lifecycleRules, lockRules } from "./bucket-rules.ts";
import { BucketToken } from "./bucket-token.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";

export interface BackupBucketArgs {
  readonly accountId: string;
  readonly settings: BucketSettings;
  /** The bucket is there already: it is adopted as it is. */
  readonly isThere: boolean;
  /** Tells this stack's tokens from those of one before it. */
  readonly origin: pulumi.Input<string>;
}

/** The key pairs of one use, by generation. */
type KeyPairs = Readonly<Record<string, pulumi.Output<OffsiteCredentials>>>;

/**
 * The bucket that recovery points go to, with the lock that no machine's key passes, the lifecycle, and key pairs for this bucket alone.
 * Never public. Cost: what is stored and each write; reading out of R2 is free. Recovery: it is what a recovery reads. Protected, and kept
 * even when the program forgets it: the engine removes no bucket, lock or lifecycle.
 */
export class BackupBucket extends pulumi.ComponentResource {
  /** The S3 service's address for it. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Key pairs that read and write, and those that only read; each by its generation. */
  readonly keys: { readonly host: KeyPairs; readonly drill: KeyPairs };

  constructor(name: string, args: BackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    const { accountId, settings, isThere } = args;
    const { bucket, jurisdiction, prefix, lockFor, keptFor } = settings;
    // What is promised, for the policies to hold the rules against.
    super("kaleem:storage:BackupBucket", name, { bucket, prefix, lockFor, keptFor }, opts);
    const kept = { parent: this, protect: true, retainOnDelete: true };
    // Left out where it is the default, as the API's own answers leave it to be understood.
    const within = { accountId, ...(jurisdiction === "default" ? {} : { jurisdiction }) };
    const made = new cloudflare.R2Bucket(
      `${name}-bucket`,
      { ...within, name: bucket, location: settings.location, storageClass: "Standard" },
      { ...kept, ...(isThere ? { import: `${accountId}/${bucket}/${jurisdiction}` } : {}) },
    );
    const of = { ...within, bucketName: made.name };
    new cloudflare.R2BucketLock(`${name}-lock`, { ...of, rules: lockRules(settings) }, kept);
    new cloudflare.R2BucketLifecycle(`${name}-lifecycle`, { ...of, rules: lifecycleRules(settings) }, kept);
    this.bucket = bucket;
    this.endpoint = `https://${accountId}${jurisdiction === "default" ? "" : `.${jurisdiction}`}.r2.cloudflarestorage.com`;
    this.keys = {
      host: this.keyPairs(name, args, "host", made),
      drill: this.keyPairs(name, args, "drill", made),
    };
    this.registerOutputs({ endpoint: this.endpoint, bucket });
  }

  private keyPairs(
    name: string,
    { accountId, settings, origin }: BackupBucketArgs,
    use: "host" | "drill",
    made: pulumi.Resource,
  ): KeyPairs {
    const { bucket, jurisdiction } = settings;
    const may = { host: "write", drill: "read" } as const;
    const tokens = settings.keys[use].map((generation): [string, pulumi.Output<OffsiteCredentials>] => {
      const label = pulumi.interpolate`${bucket} ${use} ${generation} ${origin}`;
      const token = new BucketToken(
        `${name}-${use}-${generation}`,
        { accountId, bucket, jurisdiction, label, may: may[use] },
        { parent: this, dependsOn: made },
      );
      return [String(generation), token.keyPair];
    });
    return Object.fromEntries(tokens);
  }
}
