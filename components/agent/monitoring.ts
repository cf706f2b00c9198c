import * as pulumi from "@pulumi/pulumi";
import type { RecoveryAgent } from "./recovery-agent.ts";
import type { Host } from "../host/host.ts";
import { SystemdTimer } from "../host/systemd-timer.ts";
import { containerUnits } from "./container-units.ts";
import { reserveUnits } from "./reserve-units.ts";

export interface MonitoringArgs {
  readonly host: Host;
  /** Measures the containers. */
  readonly agent: RecoveryAgent;
}

/**
 * What monitoring needs of the host: the containers' numbers, taken by the agent; and what it does by itself at the data volume's reserve. Prometheus and all others are services of the
 * catalog, and their rules and dashboards the files beside this one.
 */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, { host, agent }: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:monitoring:Monitoring", name, {}, opts);
    new SystemdTimer(
      `${name}-containers`,
      { host, unit: "kaleem-containers", ...containerUnits },
      { parent: this, dependsOn: agent },
    );
    new SystemdTimer(
      `${name}-reserve`,
      { host, unit: "kaleem-reserve", ...reserveUnits },
      { parent: this, dependsOn: agent },
    );
    this.registerOutputs({});
  }
}
