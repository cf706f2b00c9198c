import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { contentDigest, renderContent, withoutSecrets } from "./stack-content.ts";
import { seal } from "./seal.ts";

export interface SealedStackFileArgs {
  readonly stack: string;
  /** The stack's file on this machine. */
  readonly file: string;
  /** Its secrets in clear, by key without the namespace. */
  readonly secrets: pulumi.Input<Readonly<Record<string, string>>>;
  /** Public: to whom it is sealed. */
  readonly recipient: string;
}

/** A stack's file that only its recovery kit opens: no secret any more. */
export interface SealedStackFile {
  readonly recipient: string;
  readonly text: pulumi.Output<string>;
  /** The same for the same content, where `text` is different each time. */
  readonly digest: pulumi.Output<string>;
}

/** Seals a stack's file to its recovery kit. The secrets leave this function encrypted alone. */
export function sealStackFile({ stack, file, secrets, recipient }: SealedStackFileArgs): SealedStackFile {
  const plain = withoutSecrets(readFileSync(file, "utf8"));
  const content = pulumi
    .output(secrets)
    .apply((clear) => renderContent({ version: 1, stack, file: plain, secrets: clear }));
  return {
    recipient,
    text: pulumi.unsecret(content.apply((text) => seal(text, recipient))),
    digest: pulumi.unsecret(content.apply((text) => contentDigest(text, recipient))),
  };
}
