import * as docker from "@pulumi/docker";
import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { DataVolume, HostSettings } from "../config/schema.ts";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import type { ResticSource } from "../../contract/restic.ts";
import { connection, sshOptions } from "./connection.ts";
import { hostDirectories } from "./directories.ts";
import { HostBaseline, type ResticBinary } from "./host-baseline.ts";
import type { SshHost } from "./ssh-host.ts";

type ResticTarget = Exclude<ResticSource, "distribution">;

export interface HostArgs {
  /** Address, login and pinned host key. Another host key means another machine: give it a fresh stack and restore. */
  readonly ssh: HostSettings;
  readonly dataVolume: DataVolume;
  /** Whose directories are made. */
  readonly catalog: readonly ServiceDefinition[];
  /** Finds, downloads or builds a restic for machines whose distribution has none that is new enough; asked for those alone. */
  readonly bringRestic: (
    target: ResticTarget,
    options: { note(text: string): void },
  ) => Promise<ResticBinary>;
}

/** A machine that is ready for services: reached over SSH, with the baseline applied and Docker as a swarm of one. */
export class Host extends pulumi.ComponentResource implements SshHost {
  readonly connection: types.input.remote.ConnectionArgs;
  readonly identity: string;
  readonly user: string;
  readonly settings: HostSettings;
  /** For every Docker resource on this host; usable once `baseline` is there. */
  readonly docker: docker.Provider;
  readonly baseline: HostBaseline;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:host:Host", name, {}, opts);
    this.settings = args.ssh;
    this.connection = connection(args.ssh);
    this.identity = args.ssh.hostKey.split(" ").slice(0, 2).join(" ");
    this.user = args.ssh.user;
    const { restic } = args.ssh;
    const note = (text: string): void => void pulumi.log.info(text, this);
    this.baseline = new HostBaseline(
      `${name}-baseline`,
      {
        host: this,
        dataVolume: args.dataVolume,
        directories: hostDirectories(args.catalog),
        insecureRegistries: args.ssh.insecureRegistries,
        ...(restic === "distribution" ? {} : { restic: args.bringRestic(restic, { note }) }),
      },
      { parent: this },
    );
    this.docker = new docker.Provider(
      `${name}-docker`,
      { host: `ssh://${args.ssh.user}@${args.ssh.address}:${args.ssh.port}`, sshOpts: sshOptions(args.ssh) },
      { parent: this },
    );
    this.registerOutputs({ address: args.ssh.address, identity: this.identity });
  }
}
