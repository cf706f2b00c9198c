import { setTimeout as pause } from "node:timers/promises";
import type { Client, ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";
import { checkAgent, loginMethods } from "./login-methods.ts";
import type { LoginMethod } from "./login-methods.ts";
import { endpointOf } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { describeDialFailure } from "./dial-error.ts";
import { hostKeyOf, parseHostKey } from "./host-key.ts";
import type { HostKey } from "./host-key.ts";
import { SshConnection } from "./ssh-connection.ts";

/** Go's order of preference, as the official plugin has it for a host that is not pinned. */
const hostKeyPreference: ServerHostKeyAlgorithm[] = [
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-256",
  "rsa-sha2-512",
  "ssh-ed25519",
];
const retry = { firstMilliseconds: 100, factor: 1.5, limitMilliseconds: 5000 };
/** A silent host counts as lost after a minute; the official plugin would wait for ever. */
const keepalive = { keepaliveInterval: 15_000, keepaliveCountMax: 3 };

/**
 * Connects and logs in; a failed attempt is repeated after 0.1 s, 0.15 s, … up to 5 s, `dialErrorLimit` times. Throws
 * `after <n> failed attempts: <reason>`, or at once when a key cannot be read.
 */
export async function dial(
  connection: Connection,
  signal: AbortSignal,
  report: (text: string) => void,
): Promise<SshConnection> {
  const { default: ssh2 } = await import("ssh2");
  const expected = connection.hostKey === undefined ? undefined : parseHostKey(connection.hostKey);
  checkPrivateKey(connection, ssh2.utils.parseKey);
  const methods = loginMethods(connection, process.env);
  await checkAgent(methods);
  let delay = retry.firstMilliseconds;
  for (let retries = 0; ; retries += 1) {
    const outcome = await attempt(new ssh2.Client(), { connection, methods, expected }, signal);
    if (outcome instanceof SshConnection) return outcome;
    signal.throwIfAborted();
    const limit = connection.dialErrorLimit;
    if (limit >= 0 && retries >= limit)
      throw new Error(`after ${String(retries)} failed attempts: ${outcome}`);
    report(`Dial ${String(retries + 1)}/${limit < 0 ? "inf" : String(limit)} failed: retrying (${outcome})`);
    await pause(delay, undefined, { signal });
    delay = Math.min(delay * retry.factor, retry.limitMilliseconds);
  }
}

/** What every attempt has in common. */
interface Login {
  readonly connection: Connection;
  readonly methods: readonly LoginMethod[];
  readonly expected: HostKey | undefined;
}

/** One attempt: the connection, or why there is none. */
function attempt(
  client: Client,
  { connection, methods, expected }: Login,
  signal: AbortSignal,
): Promise<SshConnection | string> {
  const attemptedMethods: string[] = [];
  let mismatch: { expected: HostKey; presented: HostKey } | undefined;
  let connected = false;
  const endpoint = endpointOf(connection);
  const { perDialTimeoutSeconds } = connection;
  const config: ConnectConfig = {
    ...keepalive,
    host: connection.host,
    port: connection.port,
    username: connection.user,
    readyTimeout: perDialTimeoutSeconds * 1000,
    algorithms: { serverHostKey: hostKeyAlgorithms(expected) },
    ...credentials(connection, methods, attemptedMethods),
    hostVerifier: (presented: Buffer): boolean => {
      if (expected === undefined || expected.blob.equals(presented)) return true;
      mismatch = { expected, presented: hostKeyOf(presented) };
      return false;
    },
  };
  return new Promise((resolve) => {
    let failure: Error | undefined;
    const cancel = (): void => {
      client.destroy();
    };
    signal.addEventListener("abort", cancel, { once: true });
    client.on("connect", () => (connected = true));
    client.on("error", (error) => (failure ??= error));
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) => {
      finish(prompts.map(() => connection.password ?? ""));
    });
    client.once("close", () => {
      signal.removeEventListener("abort", cancel);
      const error = failure ?? new Error("Connection lost before handshake");
      resolve(
        describeDialFailure({
          error,
          endpoint,
          perDialTimeoutSeconds,
          connected,
          attemptedMethods,
          mismatch,
        }),
      );
    });
    client.once("ready", () => {
      signal.removeEventListener("abort", cancel);
      client.setNoDelay(true);
      resolve(new SshConnection(client, endpoint));
    });
    client.connect(config);
  });
}

/** A host with keys of several types must present the one that is pinned. */
function hostKeyAlgorithms(expected: HostKey | undefined): ServerHostKeyAlgorithm[] {
  const pinned = [...hostKeyPreference, "ssh-rsa" as const].find((name) => name === expected?.type);
  return pinned === undefined ? hostKeyPreference : [pinned];
}

/** Offers each method in turn, as far as the host takes it; notes what was tried, by its name in the protocol. */
function credentials(
  connection: Connection,
  methods: readonly LoginMethod[],
  attempted: string[],
): Partial<ConnectConfig> {
  const { privateKey, privateKeyPassword, password } = connection;
  const socket = methods.find(({ agentSocket }) => agentSocket !== undefined)?.agentSocket;
  return {
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(privateKeyPassword === undefined ? {} : { passphrase: privateKeyPassword }),
    ...(password === undefined ? {} : { password, tryKeyboard: true }),
    ...(socket === undefined ? {} : { agent: socket }),
    authHandler: (left, _partialSuccess, next) => {
      const method = methods.find(({ name }) => {
        return !attempted.includes(name) && (name === "none" || left.includes(name));
      });
      if (method === undefined) return false;
      attempted.push(method.name);
      next(method.agentSocket === undefined ? method.name : "agent");
    },
  };
}

/** ssh2 would throw from `connect`, in its own words. */
function checkPrivateKey(connection: Connection, parse: (key: string, passphrase?: string) => unknown): void {
  if (connection.privateKey === undefined) return;
  const parsed = parse(connection.privateKey, connection.privateKeyPassword);
  if (!(parsed instanceof Error)) return;
  if (/no passphrase given/i.test(parsed.message))
    throw new Error("ssh: this private key is passphrase protected");
  if (/passphrase|integrity|decrypt/i.test(parsed.message))
    throw new Error("x509: decryption password incorrect");
  throw new Error("ssh: no key found");
}
