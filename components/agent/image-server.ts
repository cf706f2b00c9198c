import * as pulumi from "@pulumi/pulumi";
import { layout } from "../../contract/layout.ts";
import { loopbackRegistry } from "../../contract/loopback-registry.ts";
import { HostFile } from "../host/host-file.ts";
import type { Host } from "../host/host.ts";
import { systemdUnit } from "../host/systemd-timer.ts";
import type { IniSection } from "../text/ini.ts";
import type { RecoveryAgent } from "./recovery-agent.ts";
import { hardening } from "./units.ts";

export interface ImageServerArgs {
  readonly host: Host;
  /** Which reads the bucket. */
  readonly agent: RecoveryAgent;
}

/** Serves as long as the host runs: Docker asks for an image again when its own copy is gone. */
export const imageServerUnit: readonly IniSection[] = [
  {
    name: "Unit",
    entries: [
      ["Description", "Gives Docker the images that the off-site bucket holds"],
      ["Wants", "network-online.target"],
      ["After", "network-online.target"],
      ["StartLimitIntervalSec", 0],
    ],
  },
  {
    name: "Service",
    entries: [
      ["Type", "simple"],
      ["ExecStart", `${layout.agentCommand} serve-images`],
      ["Restart", "always"],
      ["RestartSec", "5s"],
      ...hardening,
    ],
  },
  { name: "Install", entries: [["WantedBy", "multi-user.target"]] },
];

const unit = "kaleem-image-server.service";
const [address = "", port = ""] = loopbackRegistry.split(":");
/** Half a minute, since it has first to start. */
const untilItAnswers = `for _ in $(seq 60); do (exec 3<>/dev/tcp/${address}/${port}) 2>/dev/null && exit 0; sleep 0.5; done; echo "${unit} does not answer on ${loopbackRegistry}: see journalctl -u ${unit}" >&2; exit 1`;

/**
 * A registry on the host's loopback that gives the images in the off-site bucket, for a stack whose registries are away
 * (`imagesFrom: offsite`). Ready when it answers. Recovery: none needed; it holds nothing.
 */
export class ImageServer extends pulumi.ComponentResource {
  constructor(name: string, { host, agent }: ImageServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:backup:ImageServer", name, {}, opts);
    new HostFile(
      `${name}-unit`,
      {
        host,
        ...systemdUnit(unit, imageServerUnit),
        reload: [
          ["systemctl", "daemon-reload"],
          ["systemctl", "enable", unit],
          ["systemctl", "restart", unit],
        ],
        assert: ["bash", "-c", untilItAnswers],
        beforeRemove: ["systemctl", "disable", "--now", unit],
      },
      { parent: this, dependsOn: agent },
    );
    this.registerOutputs({});
  }
}
