import { createHash } from "node:crypto";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { commandLine } from "../text/shell.ts";
import { accessCheckUnits } from "./access-check-units.ts";
import { HostFile } from "./host-file.ts";
import { hostScript } from "./host-script.ts";
import { inherited } from "./inherited.ts";
import type { SshHost } from "./ssh-host.ts";
import { rootLine } from "./root-line.ts";
import { SystemdTimer } from "./systemd-timer.ts";

/** On the host: puts sshd and firewall into effect, keeps or undoes a change of them, and looks whether they still hold. */
export const accessProgram = "/usr/local/lib/kaleem/access";

export interface HostAccessArgs {
  readonly host: SshHost;
}

/** The program at `accessProgram`. @param root in front of the machine's paths, for tests */
export function accessScript(root = ""): string {
  return hostScript({ program: "access", scripts: ["access/access.sh"], carries: "access", root });
}

/**
 * Who may reach the machine: sshd's settings, and a firewall that lets through the ports that sshd really listens on, 80 and
 * 443. A change undoes itself on the host within minutes, or at its next start, unless the command after it, which comes in
 * over a connection of its own, confirms it. From then on the host looks every minute whether both still hold.
 */
export class HostAccess extends pulumi.ComponentResource {
  constructor(name: string, { host }: HostAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:host:HostAccess", name, {}, opts);
    const content = accessScript();
    const program = new HostFile(
      `${name}-program`,
      { host, path: accessProgram, mode: "0755", content, validate: ["bash", "-n", "{candidate}"] },
      { parent: this, ...inherited(opts), retainOnDelete: true },
    );
    const digest = createHash("sha256").update(content).digest("hex");
    const pinned = ["--host-key-type", host.keyType];
    const run = (verb: string, dependsOn: pulumi.Resource) =>
      new remote.Command(
        `${name}-${verb}`,
        {
          connection: host.connection,
          // Of the login shell: sudo would not hand it on.
          create: `${rootLine(host, commandLine([accessProgram, verb, ...pinned]))} --connection "$SSH_CONNECTION"`,
          triggers: [host.identity, digest],
        },
        { parent: this, dependsOn },
      );
    const confirmed = run("confirm", run("apply", program));
    new SystemdTimer(
      `${name}-check`,
      { host, unit: "kaleem-access", ...accessCheckUnits([accessProgram, "check", ...pinned]) },
      { parent: this, dependsOn: confirmed },
    );
    this.registerOutputs({});
  }
}
