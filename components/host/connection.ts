import { resolve } from "node:path";
import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../config/schema.ts";
import { loginKey } from "./private-key.ts";

/** About eleven seconds of refused connections: enough for a restart of sshd, and a wrong key is not tried for minutes. */
const dialAttempts = 10;

/**
 * How Pulumi's commands log in: with the key of the stack's file, or with the agent that holds it, and only to the machine
 * that has the pinned host key. The agent's socket is no input, since it is another one in each session.
 * @throws Error in one sentence when the key cannot be used
 */
export function connection(host: HostSettings): types.input.remote.ConnectionArgs {
  const key = loginKey(host.privateKeyFile);
  return {
    host: host.address,
    port: host.port,
    user: host.user,
    hostKey: host.hostKey,
    ...(key.kind === "text" ? { privateKey: pulumi.secret(key.text) } : {}),
    dialErrorLimit: dialAttempts,
  };
}

/**
 * The ssh client's options under the Docker provider: the same key, the same pinned host, nothing of the user's own.
 * @throws Error for a path that ssh cannot be given
 */
export function sshOptions(host: HostSettings): string[] {
  // The plugin runs with a directory of its own.
  const options = {
    BatchMode: "yes",
    IdentitiesOnly: "yes",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: listed(sshPath(resolve(host.knownHostsFile))),
    GlobalKnownHostsFile: "/dev/null",
    // From this side too, so that nothing between forgets a connection that is silent.
    ServerAliveInterval: "15",
    ServerAliveCountMax: "8",
  };
  return [
    ...["-F", "none", "-i", sshPath(resolve(host.privateKeyFile))],
    ...Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]),
  ];
}

/** ssh replaces `%d` and its like in a path, and `${HOME}`, which nothing can escape. */
function sshPath(path: string): string {
  if (/["\\\n]|\$\{/.test(path))
    throw new Error(
      `host: ${path} has a quote, a backslash or \${ in it, which ssh does not take; move the file`,
    );
  return path.replaceAll("%", "%%");
}

/** This option is a list, split at blanks. */
function listed(path: string): string {
  return /\s/.test(path) ? `"${path}"` : path;
}
