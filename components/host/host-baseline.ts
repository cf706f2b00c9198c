import { readFileSync } from "node:fs";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { layout } from "../../contract/layout.ts";
import type { DataVolume } from "../config/schema.ts";
import { commandLine } from "../text/shell.ts";
import type { HostDirectory } from "./directories.ts";
import { hostFileInstaller } from "./host-file.ts";
import type { SshHost } from "./ssh-host.ts";

/** What every host has to have before a service can run. */
export interface HostBaselineArgs {
  readonly host: SshHost;
  /** Where the stores' files live. Another device means an empty data root: restore afterwards. A loop file only grows. */
  readonly dataVolume: DataVolume;
  /** Made with these owners and modes; never removed. */
  readonly directories: readonly HostDirectory[];
  /** Registries that Docker may speak plain HTTP to; a change restarts Docker. */
  readonly insecureRegistries: readonly string[];
}

const script = readFileSync(new URL("files/baseline.sh", import.meta.url), "utf8");
const hardening = readFileSync(new URL("files/hardening.sh", import.meta.url), "utf8");
const installer = readFileSync(new URL("files/host-file.sh", import.meta.url), "utf8");

/**
 * Packages, Docker, swarm, the data filesystem, sshd, firewall, upgrades, time, journal: one idempotent script that
 * asserts each effect; a second one takes from the machine what the platform does not need. Runs again when the script or its options change, and on a host with another key.
 * It is never undone: destroying a stack leaves the machine as it is.
 */
export class HostBaseline extends pulumi.ComponentResource {
  constructor(name: string, args: HostBaselineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:host:HostBaseline", name, {}, opts);
    const { connection, identity } = args.host;
    const prepared = new remote.Command(
      `${name}-system`,
      {
        connection,
        create: commandLine(["bash", "-s", "--", ...options(args)]),
        stdin: script,
        triggers: [identity],
      },
      { parent: this, customTimeouts: { create: "20m", update: "20m" } },
    );
    new remote.Command(
      `${name}-installer`,
      { connection, create: placeInstaller, stdin: installer, triggers: [identity] },
      { parent: this, dependsOn: prepared },
    );
    new remote.Command(
      `${name}-hardening`,
      { connection, create: commandLine(["bash", "-s"]), stdin: hardening, triggers: [identity] },
      { parent: this, dependsOn: prepared },
    );
    this.registerOutputs({});
  }
}

/** By rename, so that an installer that is running is not overwritten. */
const placeInstaller = [
  `umask 022 && cat >${hostFileInstaller}.new`,
  `chmod 0755 ${hostFileInstaller}.new`,
  `mv ${hostFileInstaller}.new ${hostFileInstaller}`,
].join(" && ");

function options({ dataVolume, directories, insecureRegistries }: HostBaselineArgs): string[] {
  return [
    ...["--data-root", layout.dataRoot],
    ...(dataVolume.kind === "device"
      ? ["--device", dataVolume.device]
      : ["--loop-file", layout.loopFile, "--loop-size-gib", String(dataVolume.sizeGiB)]),
    ...["--lineage", layout.lineage, "--fence", layout.closed],
    ...insecureRegistries.flatMap((registry) => ["--insecure-registry", registry]),
    ...directories.flatMap(({ path, owner, mode }) => ["--directory", `${path}:${owner}:${mode}`]),
  ];
}
