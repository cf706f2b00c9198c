import * as pulumi from "@pulumi/pulumi";
import { type IniSection, renderIni } from "../text/ini.ts";
import { HostFile } from "./host-file.ts";
import { inherited } from "./inherited.ts";
import type { SshHost } from "./ssh-host.ts";

export interface SystemdTimerArgs {
  readonly host: SshHost;
  /** Name of both units, without suffix. */
  readonly unit: string;
  readonly service: readonly IniSection[];
  readonly timer: readonly IniSection[];
}

/** A service and the timer that starts it: checked by `systemd-analyze verify`, enabled, running. Stopped when destroyed. */
export class SystemdTimer extends pulumi.ComponentResource {
  constructor(name: string, args: SystemdTimerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:host:SystemdTimer", name, {}, opts);
    const { host, unit } = args;
    const service = new HostFile(
      `${name}-service`,
      { host, ...systemdUnit(`${unit}.service`, args.service), reload: [daemonReload] },
      { parent: this, ...inherited(opts) },
    );
    const timer = `${unit}.timer`;
    new HostFile(
      `${name}-timer`,
      {
        host,
        ...systemdUnit(timer, args.timer),
        // Restarted, since a running timer keeps its old calendar.
        reload: [daemonReload, ["systemctl", "enable", timer], ["systemctl", "restart", timer]],
        assert: ["systemctl", "is-active", "--quiet", timer],
        beforeRemove: ["systemctl", "disable", "--now", timer],
      },
      { parent: this, dependsOn: service },
    );
    this.registerOutputs({});
  }
}

const daemonReload = ["systemctl", "daemon-reload"] as const;

/** One unit's file, and how systemd is told of it. */
export function systemdUnit(name: string, sections: readonly IniSection[]) {
  return {
    path: `/etc/systemd/system/${name}`,
    mode: "0644",
    content: `# Written by pulumi up; changes are overwritten.\n${renderIni(sections)}`,
    validate: ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", "{candidate}"],
    afterRemove: [daemonReload],
  } as const;
}
