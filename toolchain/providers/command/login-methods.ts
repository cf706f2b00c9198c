import { connect } from "node:net";
import type { Connection } from "./connection.ts";

/** A way to log in, by its name in the SSH protocol. */
export interface LoginMethod {
  readonly name: "none" | "publickey" | "password" | "keyboard-interactive";
  /** The keys are those of the agent that listens there. */
  readonly agentSocket?: string;
}

/**
 * The ways in which a connection is tried, in the official plugin's order: its key, its password, the keys of the agent that
 * `SSH_AUTH_SOCK` names. Go's client tries no method twice, so the agent of a connection with a key is never asked.
 */
export function loginMethods(
  { privateKey, password }: Pick<Connection, "privateKey" | "password">,
  environment: NodeJS.ProcessEnv,
): readonly LoginMethod[] {
  const agentSocket = environment["SSH_AUTH_SOCK"] ?? "";
  return [
    { name: "none" },
    ...(privateKey === undefined ? [] : ([{ name: "publickey" }] as const)),
    ...(password === undefined ? [] : ([{ name: "password" }, { name: "keyboard-interactive" }] as const)),
    ...(privateKey !== undefined || agentSocket === ""
      ? []
      : ([{ name: "publickey", agentSocket }] as const)),
  ];
}

/**
 * Makes sure that the agent that would be asked is there: ssh2 would only report that nothing could log in.
 * @throws Error in the official plugin's words
 */
export async function checkAgent(methods: readonly LoginMethod[]): Promise<void> {
  for (const { agentSocket } of methods) {
    if (agentSocket === undefined) continue;
    await new Promise<void>((resolve, reject) => {
      const socket = connect(agentSocket);
      socket.once("connect", () => {
        socket.destroy();
        resolve();
      });
      socket.once("error", (error) => {
        const code = "code" in error ? String(error.code) : "";
        const reason = reasons[code] ?? error.message;
        reject(new Error(`dial unix ${agentSocket}: connect: ${reason} (the SSH agent of SSH_AUTH_SOCK)`));
      });
    });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  ECONNREFUSED: "connection refused",
  EACCES: "permission denied",
};
