import { readFileSync } from "node:fs";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { layout } from "../../contract/layout.ts";
import type { DataVolume } from "../config/schema.ts";
import { commandLine } from "../text/shell.ts";
import type { HostDirectory } from "./directories.ts";
import { HostAccess } from "./host-access.ts";
import { HostFile, hostFileInstaller } from "./host-file.ts";
import { hostScript } from "./host-script.ts";
import type { SshHost } from "./ssh-host.ts";
import { firstRootLine, rootLine, rootShell } from "./root-line.ts";

/** A restic for the host, on this computer. */
export interface ResticBinary {
  /** Path of the program: linux, the host's architecture, 0.18 or later. */
  readonly file: string;
  /** Its SHA-256, 64 hexadecimal digits: the host runs these bytes and no others. */
  readonly sha256: string;
}

/** What every host has to have before a service can run. */
export interface HostBaselineArgs {
  readonly host: SshHost;
  /** Where the stores' files live. Another device means an empty data root: restore afterwards. Either kind only grows. */
  readonly dataVolume: DataVolume;
  /** Made with these owners and modes; never removed. */
  readonly directories: readonly HostDirectory[];
  /** Registries that Docker may speak plain HTTP to. */
  readonly insecureRegistries: readonly string[];
  /** Left out: the distribution's restic, which has to be new enough. Where that is, one that is brought along is not used. */
  readonly restic?: Promise<ResticBinary>;
}

/** The program behind the first and the heavy steps. @param root in front of the machine's paths, for tests */
export function baselineScript(root = ""): string {
  const nouns = [
    "options",
    "clock",
    "packages",
    "restic",
    "data-volume",
    "directories",
    "docker",
    "swarm",
    "machine",
  ];
  return hostScript({
    program: "baseline",
    scripts: [...nouns, "main"].map((noun) => `baseline/${noun}.sh`),
    carries: "baseline",
    root,
  });
}

const script = baselineScript();
const hardening = text("hardening.sh");
const installer = text("host-file.sh");

/**
 * Makes a machine fit for the platform: looks whether it can be at all; then the clock and packages; sshd and firewall, which
 * undo themselves unless confirmed; the data filesystem, Docker, swarm; last it takes from the machine what the platform
 * does not need. Each step is idempotent and asserts its effect. They run again when they or their options change, and on a
 * host with another key. Nothing is ever undone: destroying a stack leaves the machine as it is.
 */
export class HostBaseline extends pulumi.ComponentResource {
  constructor(name: string, args: HostBaselineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:host:HostBaseline", name, {}, opts);
    const { host } = args;
    const { connection, identity } = host;
    const step = (role: string, create: pulumi.Input<string>, stdin: string, dependsOn: pulumi.Resource[]) =>
      new remote.Command(
        `${name}-${role}`,
        { connection, create, stdin, triggers: [identity] },
        { parent: this, dependsOn, customTimeouts: { create: "40m", update: "40m" } },
      );
    const line = (verb: string) => `bash -s -- ${verb} ${options(args)}`;
    const restic = args.restic === undefined ? undefined : pulumi.output(args.restic.catch(refuse));
    const withRestic = (make: (words: string) => string): pulumi.Input<string> =>
      restic === undefined ? make("") : restic.apply((binary) => make(resticWords(binary)));

    const checked = step(
      "check",
      withRestic((words) => firstRootLine(host, `${line("check")}${words}`)),
      script,
      [],
    );
    const installed = step("installer", rootShell(host, placeInstaller), installer, [checked]);
    const copied = restic === undefined ? [] : [this.#restic(name, restic, host, checked)];
    const packages = step(
      "packages",
      withRestic((words) => rootLine(host, `${line("packages")}${words}`)),
      script,
      [checked, ...copied],
    );
    const access = new HostAccess(
      `${name}-access`,
      { host },
      { parent: this, dependsOn: [installed, packages] },
    );
    const prepared = step("system", rootLine(host, line("system")), script, [access]);
    step("hardening", rootLine(host, commandLine(["bash", "-s"])), hardening, [prepared]);
    this.#settings(name, host, prepared);
    this.registerOutputs({});
  }

  /** Into the home of the user who logs in, since it need not be root; only root's own checked copy of it is ever run. */
  #restic(name: string, restic: pulumi.Output<ResticBinary>, host: SshHost, after: pulumi.Resource) {
    return new remote.CopyToRemote(
      `${name}-restic`,
      {
        connection: host.connection,
        source: restic.apply(({ file }) => new pulumi.asset.FileAsset(file)),
        remotePath: incomingRestic,
        triggers: [host.identity],
      },
      { parent: this, dependsOn: after },
    );
  }

  #settings(name: string, host: SshHost, after: pulumi.Resource): void {
    const opts = { parent: this, dependsOn: after, retainOnDelete: true };
    new HostFile(
      `${name}-upgrades`,
      {
        host,
        path: "/etc/apt/apt.conf.d/52kaleem-upgrades",
        mode: "0644",
        content: text("upgrades.conf"),
        reload: [["systemctl", "enable", "--now", "apt-daily.timer", "apt-daily-upgrade.timer"]],
        assert: ["sh", "-c", `apt-config dump | grep -qxF 'APT::Periodic::Unattended-Upgrade "1";'`],
      },
      opts,
    );
    new HostFile(
      `${name}-journal`,
      {
        host,
        path: "/etc/systemd/journald.conf.d/kaleem.conf",
        mode: "0644",
        content: text("journald.conf"),
        reload: [["systemctl", "restart", "systemd-journald.service"]],
        assert: ["sh", "-c", "systemd-analyze cat-config systemd/journald.conf | grep -q SystemMaxUse=500M"],
      },
      opts,
    );
  }
}

/** By rename, so that an installer that is running is not overwritten. */
const placeInstaller = [
  "umask 022 && mkdir -p /usr/local/lib/kaleem",
  `cat >${hostFileInstaller}.new`,
  `chmod 0755 ${hostFileInstaller}.new`,
  `mv ${hostFileInstaller}.new ${hostFileInstaller}`,
].join(" && ");

/** Below the home of the user who logs in. */
const incomingRestic = ".kaleem-restic";

/** The sentence alone, without a stack trace: that there is none is no fault of the program's. */
function refuse(error: unknown): never {
  throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
}

/** The login shell knows where home is; root's shell behind sudo has another. */
function resticWords({ sha256 }: ResticBinary): string {
  return ` ${commandLine(["--restic-sha256", sha256])} --restic "$HOME/${incomingRestic}"`;
}

function options({ host, dataVolume, directories, insecureRegistries }: HostBaselineArgs): string {
  return commandLine([
    ...["--data-root", layout.dataRoot],
    ...(dataVolume.kind === "device"
      ? ["--device", dataVolume.device]
      : ["--loop-file", layout.loopFile, "--loop-size-gib", String(dataVolume.sizeGiB)]),
    ...["--lineage", layout.lineage, "--fence", layout.closed, "--login-user", host.user],
    ...insecureRegistries.flatMap((registry) => ["--insecure-registry", registry]),
    ...directories.flatMap(({ path, owner, mode }) => ["--directory", `${path}:${owner}:${mode}`]),
  ]);
}

function text(name: string): string {
  return readFileSync(new URL(`files/${name}`, import.meta.url), "utf8");
}
