import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { contentDigest, renderContent, withoutSecrets } from "./stack-content.ts";
import { seal } from "./seal.ts";

/** A stack's file and its secrets. */
export interface StackFile {
  readonly stack: string;
  /** Its path on this machine. */
  readonly stackFile: string;
  /** In clear, by key without the namespace. */
  readonly secrets: pulumi.Input<Readonly<Record<string, string>>>;
  /** To whom it is sealed: public. */
  readonly kit?: { readonly recipient: string } | undefined;
}

/** A stack's file that only its recovery kit opens: no secret any more. */
export interface SealedStackFile {
  readonly recipient: string;
  readonly text: pulumi.Output<string>;
  /** The same for the same content, where `text` is different each time. */
  readonly digest: pulumi.Output<string>;
}

/**
 * What of a stack's file goes off-site: sealed to its recovery kit, the secrets leaving this function encrypted alone; or, where it names
 * no kit, the path of the file as it is.
 */
export function offsiteStackFile({ stack, stackFile, secrets, kit }: StackFile): SealedStackFile | string {
  if (kit === undefined) return stackFile;
  const { recipient } = kit;
  const plain = withoutSecrets(readFileSync(stackFile, "utf8"));
  const content = pulumi
    .output(secrets)
    .apply((clear) => renderContent({ version: 1, stack, file: plain, secrets: clear }));
  return {
    recipient,
    text: pulumi.unsecret(content.apply((text) => seal(text, recipient))),
    digest: pulumi.unsecret(content.apply((text) => contentDigest(text, recipient))),
  };
}
