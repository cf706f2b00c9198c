import * as pulumi from "@pulumi/pulumi";
import type { SshHostSettings } from "../config/host-block.ts";
import type { Machine } from "./machine.ts";

/** A machine that somebody else made and keeps, and that the stack's file names: nothing of it is declared. */
export function sshMachine(settings: SshHostSettings): Machine {
  const { address, port, user, hostKey, privateKeyFile, knownHostsFile } = settings;
  return {
    address: pulumi.output(address),
    port,
    user,
    hostKey: pulumi.output(hostKey),
    hostKeyType: hostKey.split(" ")[0] ?? "",
    ...(privateKeyFile === undefined ? {} : { privateKeyFile }),
    ...(knownHostsFile === undefined ? {} : { knownHostsFile }),
  };
}
