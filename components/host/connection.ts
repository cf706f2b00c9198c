import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../config/schema.ts";

/** About eleven seconds of refused connections: enough for a restart of sshd, and a wrong key is not tried for minutes. */
const dialAttempts = 10;

/** How Pulumi's commands log in: with the key of the stack's file, and only to the machine that has the pinned host key. */
export function connection(host: HostSettings): types.input.remote.ConnectionArgs {
  return {
    host: host.address,
    port: host.port,
    user: host.user,
    hostKey: host.hostKey,
    privateKey: pulumi.secret(readFileSync(host.privateKeyFile, "utf8")),
    dialErrorLimit: dialAttempts,
  };
}

/** The ssh client's options under the Docker provider: the same key, the same pinned host, nothing of the user's own. */
export function sshOptions(host: HostSettings): string[] {
  // The plugin runs with a directory of its own.
  const options = {
    BatchMode: "yes",
    IdentitiesOnly: "yes",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: resolve(host.knownHostsFile),
    GlobalKnownHostsFile: "/dev/null",
  };
  return [
    ...["-F", "none", "-i", resolve(host.privateKeyFile)],
    ...Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]),
  ];
}
