import { readFileSync } from "node:fs";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { AgentConfig } from "../../contract/agent-config.ts";
import { layout } from "../../contract/layout.ts";
import { HostFile, type HostFileArgs } from "../host/host-file.ts";
import type { Host } from "../host/host.ts";
import { rootLine } from "../host/root-line.ts";
import { offsiteStackFile, type StackFile } from "../kit/offsite-stack-file.ts";
import type { Offsite } from "../offsite/offsite.ts";
import { commandLine } from "../text/shell.ts";
import { buildAgent } from "./agent-bundle.ts";

export interface RecoveryAgentArgs {
  readonly host: Host;
  readonly offsite: Offsite;
  readonly config: AgentConfig;
  /** Opens the restic repositories. Changing it needs `restic key`: the repositories keep the old one otherwise. */
  readonly resticPassword: pulumi.Input<string>;
  /** Where jobs tell how they end; null when nobody is told. */
  readonly pingUrl: pulumi.Input<string> | null;
  /**
   * What goes off-site, so that a lost platform comes back from the recovery kit alone: the stack's file sealed to that kit, or, of a stack
   * that names none, the file as it is on this machine, its secrets encrypted by Pulumi's passphrase.
   */
  readonly stackFile: StackFile;
}

/**
 * The program on the host that takes recovery points, ships them and restores. One file, run by the distribution's Node,
 * with its configuration and the few secrets it needs. Ready when `kaleem-agent` runs.
 */
export class RecoveryAgent extends pulumi.ComponentResource {
  constructor(name: string, args: RecoveryAgentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:backup:RecoveryAgent", name, {}, opts);
    const file = (role: string, what: Omit<HostFileArgs, "host">) =>
      new HostFile(
        `${name}-${role}`,
        { host: args.host, ...what },
        { parent: this, dependsOn: args.host.baseline },
      );
    this.#program(name, args);
    file("command", { path: layout.agentCommand, mode: "0755", content: wrapper });
    file("config", {
      path: layout.config,
      mode: "0644",
      content: `${JSON.stringify(args.config, null, 2)}\n`,
    });
    file("restic-password", {
      path: layout.resticPassword,
      mode: "0600",
      content: pulumi.secret(args.resticPassword),
    });
    file("offsite-credentials", {
      path: layout.offsiteCredentials,
      mode: "0600",
      content: args.offsite.credentials,
    });
    if (args.pingUrl !== null)
      file("ping-url", { path: layout.pingUrl, mode: "0600", content: pulumi.secret(args.pingUrl) });
    const stackFile = offsiteStackFile(args.stackFile);
    if (typeof stackFile === "string") {
      // Its name is part of the resource's identity, and older than the words of today.
      file("escrow", {
        path: layout.offsiteStackFile,
        mode: "0600",
        content: readFileSync(stackFile, "utf8"),
      });
    } else {
      file("sealed-stack-file", {
        path: layout.sealedStackFile,
        mode: "0600",
        content: stackFile.text,
        version: stackFile.digest,
      });
    }
    this.registerOutputs({});
  }

  /** The bundle is copied beside the running one, checked, and takes its place by rename. */
  #program(name: string, { host }: RecoveryAgentArgs): void {
    const bundle = pulumi.output(buildAgent());
    const copied = new remote.CopyToRemote(
      `${name}-bundle`,
      {
        connection: host.connection,
        source: bundle.apply(({ file }) => new pulumi.asset.FileAsset(file)),
        remotePath: incoming(host),
        triggers: [host.identity],
      },
      { parent: this, dependsOn: host.baseline },
    );
    new remote.Command(
      `${name}-program`,
      {
        connection: host.connection,
        create: bundle.apply(({ sha256 }) =>
          // Quoted by the login shell, which knows where home is.
          rootLine(host, `bash -s -- ${incomingWord(host)} ${commandLine([layout.agentBundle, sha256])}`),
        ),
        stdin: activate,
        triggers: [host.identity],
      },
      { parent: this, dependsOn: copied },
    );
  }
}

/** Ends as the final one does: Node tells a module by its suffix. */
const incomingOfRoot = layout.agentBundle.replace(/\.mjs$/, ".incoming.mjs");
/** Of a user who is not root: below the home, since nothing else need be writable. */
const incomingOfOthers = ".kaleem-agent.incoming.mjs";
const incoming = (host: Host): string => (host.user === "root" ? incomingOfRoot : incomingOfOthers);
const incomingWord = (host: Host): string =>
  host.user === "root" ? incomingOfRoot : `"$HOME/${incomingOfOthers}"`;
const activate = readFileSync(new URL("files/activate-agent.sh", import.meta.url), "utf8");

const wrapper = `#!/bin/sh
# Written by pulumi up. The recovery agent; see: kaleem-agent --help
exec node ${layout.agentBundle} "$@"
`;
