import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { layout } from "../../contract/layout.ts";
import type { Host } from "../host/host.ts";
import { rootLine } from "../host/root-line.ts";
import { commandLine } from "../text/shell.ts";
import type { RecoveryAgent } from "./recovery-agent.ts";

export interface PointBeforeUpdateArgs {
  readonly host: Host;
  readonly agent: RecoveryAgent;
  /** Every image that services are to run, with its digest: another one is an update. */
  readonly images: readonly string[];
}

/**
 * A recovery point in front of every update that changes an image, whoever runs the engine: services wait for it. A platform that does
 * not serve yet, or waits for its data, has nothing to keep. Cost: one point, some seconds. When none can be taken the update goes on only
 * where a recent one is there.
 */
export class PointBeforeUpdate extends pulumi.ComponentResource {
  constructor(name: string, args: PointBeforeUpdateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:backup:PointBeforeUpdate", name, {}, opts);
    const { host, agent, images } = args;
    new remote.Command(
      `${name}-point`,
      {
        connection: host.connection,
        create: rootLine(host, commandLine([layout.agentCommand, "point", "--before-update"])),
        triggers: [host.identity, ...[...new Set(images)].sort()],
        addPreviousOutputInEnv: false,
      },
      { parent: this, dependsOn: agent, customTimeouts: { create: "30m", update: "30m" } },
    );
    this.registerOutputs({});
  }
}
