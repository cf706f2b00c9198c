import { resolve } from "node:path";
import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine.ts";
import { loginKey, noKey } from "./private-key.ts";

/** About eleven seconds of refused connections: enough for a restart of sshd, and a wrong key is not tried for minutes. */
const dialAttempts = 10;

/**
 * How Pulumi's commands log in: with the key of the stack's file, or with what the agent holds, and only to the machine
 * that has the pinned host key. The agent's socket is no input, since it is another one in each session: without one the
 * official plugin takes `SSH_AUTH_SOCK`, and offers the agent's keys after a key and a password of the connection's own
 * (pulumi-command 1.2.1, provider/pkg/provider/remote/connection.go, SSHConfig, and connection_unix.go).
 * @throws Error in one sentence when the key cannot be used, or when something is to be run and there is no key at all
 */
export function connection(
  machine: Machine,
  environment: NodeJS.ProcessEnv = process.env,
): types.input.remote.ConnectionArgs {
  const key = machine.privateKeyFile === undefined ? agentKey(environment) : loginKey(machine.privateKeyFile);
  return {
    host: machine.address,
    port: machine.port,
    user: machine.user,
    hostKey: machine.hostKey,
    ...(key.kind === "text" ? { privateKey: pulumi.secret(key.text) } : {}),
    dialErrorLimit: machine.dialAttempts ?? dialAttempts,
  };
}

/** A preview asks no host, so it needs no key. */
function agentKey(environment: NodeJS.ProcessEnv): { readonly kind: "agent" } {
  if ((environment["SSH_AUTH_SOCK"] ?? "") === "" && !pulumi.runtime.isDryRun()) throw noKey();
  return { kind: "agent" };
}

/**
 * The ssh client's options under the Docker provider: the same pinned host, and the key of the stack's file with nothing of the
 * user's own. Without such a key, the user's agent and ssh configuration say what to log in with. They are an input, so a
 * file that is committed gives the same ones on every computer.
 * @throws Error for a path that ssh cannot be given
 */
export function sshOptions(machine: Machine): pulumi.Output<string[]> {
  const { privateKeyFile, knownHostsFile } = machine;
  // The plugin runs with a directory of its own. Judged here, so that a path which ssh cannot be given is said before anything runs.
  const login = privateKeyFile === undefined ? [] : ["-F", "none", "-i", sshPath(resolve(privateKeyFile))];
  const knownHosts = knownHostsFile === undefined ? undefined : listed(sshPath(resolve(knownHostsFile)));
  return machine.hostKey.apply((hostKey) => {
    const options = {
      BatchMode: "yes",
      ...(privateKeyFile === undefined ? usersOwn : { IdentitiesOnly: "yes" }),
      StrictHostKeyChecking: "yes",
      ...(knownHosts === undefined ? told(hostKey) : { UserKnownHostsFile: knownHosts }),
      GlobalKnownHostsFile: "/dev/null",
      // From this side too, so that nothing between forgets a connection that is silent.
      ServerAliveInterval: "15",
      ServerAliveCountMax: "8",
    };
    return [...login, ...Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`])];
  });
}

/**
 * What the user's own configuration must not decide: a connection that their ssh shares was judged by other options than these,
 * nothing
 * asks for host keys beside the pinned one, and the agent is the one that the commands use.
 */
const usersOwn = {
  ControlMaster: "no",
  ControlPath: "none",
  UpdateHostKeys: "no",
  IdentityAgent: "SSH_AUTH_SOCK",
} as const;

/**
 * Without a file, ssh is told the pinned host key by a command (OpenSSH 8.5 and later), which it runs without a shell; `%H` is the
 * name that it looks for, whatever the user's configuration makes of the address.
 */
function told(hostKey: string): Readonly<Record<string, string>> {
  const key = hostKey.split(" ").slice(0, 2).join(" ");
  return { UserKnownHostsFile: "/dev/null", KnownHostsCommand: `/bin/echo %H ${key}` };
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
