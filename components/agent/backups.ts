import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { BackupSettings } from "../config/schema.ts";
import { HostFile } from "../host/host-file.ts";
import type { Host } from "../host/host.ts";
import { SystemdTimer, systemdUnit } from "../host/systemd-timer.ts";
import type { RecoveryAgent } from "./recovery-agent.ts";
import {
  alertUnit,
  imagesUnits,
  maintenanceUnits,
  pointUnits,
  proveUnits,
  restoreTestUnits,
  shipUnits,
  unitFailed,
} from "./units.ts";

export interface BackupsArgs {
  readonly host: Host;
  readonly agent: RecoveryAgent;
  /** What must be there before the first point makes sense. */
  readonly after: readonly pulumi.Resource[];
  readonly settings: BackupSettings;
}

/** Recovery points, their off-site copies and the care of both repositories by the clock; a run that fails becomes a log line and a metric. */
export class Backups extends pulumi.ComponentResource {
  readonly schedule: Pick<BackupSettings, "pointEvery" | "shipEvery">;

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:backup:Backups", name, {}, opts);
    const { host, settings } = args;
    this.schedule = { pointEvery: settings.pointEvery, shipEvery: settings.shipEvery };
    const alert = this.#alert(name, args);
    const jobs = {
      point: pointUnits(settings),
      ship: shipUnits(settings),
      ...maintenanceUnits(),
      prove: proveUnits(),
      "restore-test": restoreTestUnits(),
      images: imagesUnits(),
    };
    for (const [role, units] of Object.entries(jobs)) {
      new SystemdTimer(
        `${name}-${role}`,
        { host, unit: `kaleem-${role}`, ...units },
        { parent: this, dependsOn: [alert, args.agent, ...args.after] },
      );
    }
    this.registerOutputs(this.schedule);
  }

  #alert(name: string, { host }: BackupsArgs): HostFile {
    const content = readFileSync(new URL("files/unit-failed.sh", import.meta.url), "utf8");
    const script = new HostFile(
      `${name}-alert-script`,
      { host, path: unitFailed, mode: "0755", content },
      { parent: this, dependsOn: host.baseline },
    );
    return new HostFile(
      `${name}-alert`,
      { host, ...systemdUnit("kaleem-alert@.service", alertUnit), reload: [["systemctl", "daemon-reload"]] },
      { parent: this, dependsOn: script },
    );
  }
}
