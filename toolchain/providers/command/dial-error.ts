import type { HostKey } from "./host-key.ts";
import { fingerprint } from "./host-key.ts";

/** What is known of an attempt to connect that failed. */
export interface DialFailure {
  readonly error: Error;
  /** `host:port`, for errors that do not name their address. */
  readonly endpoint: string;
  readonly perDialTimeoutSeconds: number;
  /** Whether TCP was connected by then. */
  readonly connected: boolean;
  /** The authentication methods that were tried, `none` first. */
  readonly attemptedMethods: readonly string[];
  /** Set when the host was refused because of its key. */
  readonly mismatch: { readonly expected: HostKey; readonly presented: HostKey } | undefined;
}

/** The failure in the words of the official plugin (Go's), where it has words for it. Never holds a secret. */
export function describeDialFailure(failure: DialFailure): string {
  const { error, mismatch } = failure;
  if (mismatch !== undefined) {
    return (
      `ssh: handshake failed: ssh: host key mismatch (${failure.endpoint} presents ` +
      `${fingerprint(mismatch.presented)}, connection.hostKey is ${fingerprint(mismatch.expected)})`
    );
  }
  if (levelOf(error) === "client-authentication") {
    const methods = failure.attemptedMethods.join(" ");
    return `ssh: handshake failed: ssh: unable to authenticate, attempted methods [${methods}], no supported methods remain`;
  }
  if (levelOf(error) === "client-timeout") {
    return failure.connected
      ? `ssh: handshake failed: ${failure.endpoint} did not answer within ${String(failure.perDialTimeoutSeconds)} s`
      : `dial tcp ${failure.endpoint}: i/o timeout`;
  }
  if (failure.connected) return `ssh: handshake failed: ${handshakeText(error)}`;
  return `dial tcp ${socketText(error, failure.endpoint)}`;
}

const systemTexts: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  ETIMEDOUT: "connection timed out",
  ECONNRESET: "connection reset by peer",
};

/** Go says "EOF" alone; sshd gives no reason to anyone. */
const hungUp =
  "EOF (the host hung up: it is still booting, or turns this machine away because of failed logins before)";

function socketText(error: Error, endpoint: string): string {
  // Several addresses of one name were tried: the last one's reason is as good as any.
  const cause: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
  const code = textField(cause, "code");
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return `lookup ${textField(cause, "hostname") ?? endpoint}: no such host`;
  const address = textField(cause, "address");
  const port = numberField(cause, "port");
  const target =
    address === undefined || port === undefined
      ? endpoint
      : `${address.includes(":") ? `[${address}]` : address}:${String(port)}`;
  return `${target}: connect: ${systemTexts[code ?? ""] ?? error.message}`;
}

function handshakeText(error: Error): string {
  if (/connection lost before handshake/i.test(error.message)) return hungUp;
  return systemTexts[textField(error, "code") ?? ""] ?? error.message;
}

/** ssh2 marks its errors with the layer that they come from. */
function levelOf(error: Error): string | undefined {
  return textField(error, "level");
}

function textField(value: unknown, name: string): string | undefined {
  const field = fieldOf(value, name);
  return typeof field === "string" ? field : undefined;
}

function numberField(value: unknown, name: string): number | undefined {
  const field = fieldOf(value, name);
  return typeof field === "number" ? field : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
