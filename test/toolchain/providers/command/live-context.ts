import type { ActionContext } from "../../../../toolchain/providers/protocol/resource-type.ts";
import { Secret } from "../../../../toolchain/providers/protocol/value.ts";
import type { PropertyMap } from "../../../../toolchain/providers/protocol/value.ts";
import type { LiveTarget } from "../../../operator/ssh/live-target.ts";

export interface LoggedMessage {
  readonly severity: string;
  readonly message: string;
  readonly ephemeral: boolean;
}

/** A context that keeps its messages. */
export function recordingContext(
  options: { readonly signal?: AbortSignal; readonly timeoutSeconds?: number } = {},
): ActionContext & { readonly messages: LoggedMessage[] } {
  const messages: LoggedMessage[] = [];
  return {
    urn: "urn:pulumi:test::test::type::c",
    name: "c",
    signal: options.signal ?? new AbortController().signal,
    timeoutSeconds: options.timeoutSeconds,
    log: (severity, message, about) => {
      messages.push({ severity, message, ephemeral: about?.ephemeral ?? false });
    },
    messages,
  };
}

/** A checked `connection` to the live target. */
export function connectionTo(live: LiveTarget, change: PropertyMap = {}): Secret {
  const { address, port, user } = live.target;
  return new Secret({
    host: address,
    port,
    user,
    privateKey: new Secret(live.privateKey),
    hostKey: live.hostKey,
    dialErrorLimit: 2,
    perDialTimeout: 15,
    ...change,
  });
}
