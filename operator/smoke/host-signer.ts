import type { Signer as HasSecret } from "../../components/config/check-signers.ts";
import { signatureSchema } from "../../recovery/agent/commands/sign.ts";
import type { Signer } from "../../recovery/business/write-one.ts";
import { askAgent } from "../agent/agent.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";

const timeoutMs = 30_000;

/**
 * Has texts signed on the host, by the agent over SSH: the key never leaves it.
 * @param signer which service has a secret, and in which file
 */
export function hostSigner(host: RemoteHost, signer: (secret: string) => HasSecret | null): Signer {
  return async (secret, text) => {
    const at = signer(secret);
    if (at === null) throw new Error(`no application has the secret ${secret} in a secretFile`);
    const argv = ["sign", at.service, at.file];
    const { hmac } = await askAgent(host, { argv, schema: signatureSchema, timeoutMs, stdin: text });
    return hmac;
  };
}
