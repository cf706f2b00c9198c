import * as pulumi from "@pulumi/pulumi";
import { renderOffsiteCredentials } from "../../contract/offsite-credentials.ts";
import type { OffsiteSettings } from "../config/schema.ts";

export interface OffsiteArgs {
  /** An S3 bucket that exists, apart from the host; a change of bucket or prefix starts a new, empty repository there. */
  readonly settings: OffsiteSettings;
  /** Key in the stack file → value: the bucket's keys. */
  readonly secret: (key: string) => pulumi.Output<string>;
}

/**
 * Where recovery points survive the host. The bucket is not made here: it must outlive every stack that writes to it.
 * Cost: what restic keeps; deduplicated and compressed. Recovery: this is the recovery.
 */
export class Offsite extends pulumi.ComponentResource {
  readonly settings: OffsiteSettings;
  /** An AWS shared-credentials file with the profile `default`; secret. */
  readonly credentials: pulumi.Output<string>;

  constructor(name: string, args: OffsiteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:storage:Offsite", name, {}, opts);
    this.settings = args.settings;
    this.credentials = pulumi.secret(
      pulumi
        .all([args.secret("offsite-access-key-id"), args.secret("offsite-secret-access-key")])
        .apply(([accessKeyId, secretAccessKey]) =>
          renderOffsiteCredentials({ accessKeyId, secretAccessKey }),
        ),
    );
    this.registerOutputs({ endpoint: args.settings.endpoint, bucket: args.settings.bucket });
  }
}
