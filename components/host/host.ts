import * as docker from "@pulumi/docker";
import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { DataVolume, HostSettings } from "../config/schema.ts";
import type { Machine } from "../machine/machine.ts";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import type { ResticSource } from "../../contract/restic.ts";
import { connection, sshOptions } from "./connection.ts";
import { hostDirectories } from "./directories.ts";
import { HostBaseline, type ResticBinary } from "./host-baseline.ts";
import type { SshHost } from "./ssh-host.ts";

type ResticTarget = Exclude<ResticSource, "distribution">;

export interface HostArgs {
  /** Another host key means another machine: give it a fresh stack and restore. */
  readonly machine: Machine;
  /** What the baseline makes of it. */
  readonly host: Pick<HostSettings, "restic" | "insecureRegistries">;
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
  readonly identity: pulumi.Output<string>;
  readonly keyType: string;
  readonly user: string;
  readonly machine: Machine;
  /** For every Docker resource on this host; usable once `baseline` is there. */
  readonly docker: docker.Provider;
  readonly baseline: HostBaseline;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:host:Host", name, {}, opts);
    const { machine } = args;
    this.machine = machine;
    this.connection = connection(machine);
    this.identity = machine.hostKey.apply(withoutComment);
    this.keyType = machine.hostKeyType;
    this.user = machine.user;
    const { restic, insecureRegistries } = args.host;
    const note = (text: string): void => void pulumi.log.info(text, this);
    this.baseline = new HostBaseline(
      `${name}-baseline`,
      {
        host: this,
        dataVolume: args.dataVolume,
        directories: hostDirectories(args.catalog),
        insecureRegistries,
        ...(restic === "distribution" ? {} : { restic: args.bringRestic(restic, { note }) }),
      },
      { parent: this },
    );
    this.docker = new docker.Provider(
      `${name}-docker`,
      {
        host: pulumi.interpolate`ssh://${machine.user}@${machine.address}:${machine.port}`,
        sshOpts: sshOptions(machine),
      },
      { parent: this },
    );
    this.registerOutputs({ address: machine.address, identity: this.identity });
  }
}

function withoutComment(hostKey: string): string {
  return hostKey.split(" ").slice(0, 2).join(" ");
}
