import { createHash } from "node:crypto";
import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";
import { bucketResource, permissionGroups } from "./token-permissions.ts";

export interface BucketTokenArgs {
  readonly accountId: string;
  readonly bucket: string;
  readonly jurisdiction: string;
  /** Shown in the account's list of tokens. */
  readonly label: pulumi.Input<string>;
  readonly may: keyof typeof permissionGroups;
}

/**
 * A token of the account that may do one thing in one bucket, and the S3 key pair that it stands for. Its value is told once, when it
 * is made; a token that is gone comes back as another. Recovery: tokens are never adopted, new ones are made.
 */
export class BucketToken extends pulumi.ComponentResource {
  /** The access key's id is the token's, its secret the SHA-256 of the token's value; both secret. */
  readonly keyPair: pulumi.Output<OffsiteCredentials>;

  constructor(name: string, args: BucketTokenArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:storage:BucketToken", name, {}, opts);
    const { accountId, bucket, jurisdiction, label, may } = args;
    const token = new cloudflare.AccountToken(
      `${name}-token`,
      {
        accountId,
        name: label,
        policies: [
          {
            effect: "allow",
            permissionGroups: [{ id: permissionGroups[may] }],
            // Without blanks: compared as text with what the API answers.
            resources: JSON.stringify({ [bucketResource(accountId, bucket, jurisdiction)]: "*" }),
          },
        ],
      },
      { parent: this, additionalSecretOutputs: ["value"] },
    );
    this.keyPair = pulumi.secret(
      pulumi.all([token.id, token.value]).apply(([accessKeyId, value]) => ({
        accessKeyId,
        secretAccessKey: createHash("sha256").update(value).digest("hex"),
      })),
    );
    this.registerOutputs({});
  }
}
