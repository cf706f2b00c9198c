import { readFileSync } from "node:fs";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import type { ImageLock } from "../../catalog/image-lock.ts";
import { dumpTimes } from "../../catalog/portable/dump-times.ts";
import type { BackupSettings } from "../config/schema.ts";
import { HostFile } from "../host/host-file.ts";
import type { Host } from "../host/host.ts";
import { rootLine } from "../host/root-line.ts";
import { SystemdTimer, systemdUnit } from "../host/systemd-timer.ts";
import { commandLine } from "../text/shell.ts";
import { oplogUnit, oplogUnitName } from "./oplog-unit.ts";
import type { RecoveryAgent } from "./recovery-agent.ts";
import {
  alertUnit,
  dumpUnits,
  imagesUnits,
  maintenanceUnits,
  pointUnits,
  proveUnits,
  restoreTestUnits,
  shipDumpsUnits,
  shipUnits,
  unitFailed,
} from "./units.ts";

export interface BackupsArgs {
  readonly host: Host;
  readonly agent: RecoveryAgent;
  /** What must be there before the first point makes sense. */
  readonly after: readonly pulumi.Resource[];
  readonly backups: BackupSettings;
  /** The services that are on: which stores are dumped. */
  readonly catalog: readonly ServiceDefinition[];
  /** The images of this stack: new ones are brought into the bucket at once. */
  readonly images: ImageLock;
}

/** Recovery points, their off-site copies and the care of both repositories by the clock; a run that fails becomes a log line and a metric. */
export class Backups extends pulumi.ComponentResource {
  readonly schedule: Pick<BackupSettings, "pointEvery" | "shipEvery">;

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:backup:Backups", name, {}, opts);
    const { host, backups: settings } = args;
    this.schedule = { pointEvery: settings.pointEvery, shipEvery: settings.shipEvery };
    const alert = this.#alert(name, args);
    const jobs = {
      point: pointUnits(settings),
      ship: shipUnits(settings),
      ...maintenanceUnits(),
      prove: proveUnits(),
      "restore-test": restoreTestUnits(),
      images: imagesUnits(),
      dump: dumpUnits(dumpTimes(args.catalog, settings.dumps)),
      "ship-dumps": shipDumpsUnits(),
    };
    const timers = Object.entries(jobs).map(
      ([role, units]) =>
        new SystemdTimer(
          `${name}-${role}`,
          { host, unit: `kaleem-${role}`, ...units },
          { parent: this, dependsOn: [alert, args.agent, ...args.after] },
        ),
    );
    if (settings.oplog) this.#shipOplog(name, args);
    if (settings.images) this.#bringImages(name, args, timers);
    this.registerOutputs(this.schedule);
  }

  #shipOplog(name: string, { host, agent, after }: BackupsArgs): void {
    new HostFile(
      `${name}-oplog`,
      {
        host,
        ...systemdUnit(oplogUnitName, oplogUnit),
        reload: [
          ["systemctl", "daemon-reload"],
          ["systemctl", "enable", oplogUnitName],
          ["systemctl", "restart", oplogUnitName],
        ],
        beforeRemove: ["systemctl", "disable", "--now", oplogUnitName],
      },
      { parent: this, dependsOn: [agent, ...after] },
    );
  }

  /** Does not wait for it: a first time takes as long as the link needs for all images. */
  #bringImages(name: string, { host, images }: BackupsArgs, after: readonly pulumi.Resource[]): void {
    new remote.Command(
      `${name}-new-images`,
      {
        connection: host.connection,
        create: rootLine(host, commandLine(["systemctl", "start", "--no-block", "kaleem-images.service"])),
        triggers: [host.identity, images.references.join(" ")],
      },
      { parent: this, dependsOn: [...after] },
    );
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
