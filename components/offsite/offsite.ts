import * as pulumi from "@pulumi/pulumi";
import { renderOffsiteCredentials } from "../../contract/offsite-credentials.ts";
import type { OffsiteSettings } from "../config/schema.ts";

export interface OffsiteArgs {
  /** An S3 bucket that exists, apart from the host; a change of bucket or prefix starts a new, empty repository there. */
  readonly settings: OffsiteSettings;
  readonly accessKeyId: pulumi.Input<string>;
  readonly secretAccessKey: pulumi.Input<string>;
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
        .all([args.accessKeyId, args.secretAccessKey])
        .apply(([accessKeyId, secretAccessKey]) =>
          renderOffsiteCredentials({ accessKeyId, secretAccessKey }),
        ),
    );
    this.registerOutputs({ endpoint: args.settings.endpoint, bucket: args.settings.bucket });
  }
}
