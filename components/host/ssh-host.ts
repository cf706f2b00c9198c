import type { types } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

/** What is needed to run something on a machine over SSH. */
export interface SshHost {
  readonly connection: types.input.remote.ConnectionArgs;
  /** The host key: another key is another machine, on which everything has to run again. Goes into `triggers`. */
  readonly identity: pulumi.Output<string>;
  /** The type of that key, such as `ssh-ed25519`. */
  readonly keyType: string;
  /** Who logs in; what another than root runs goes through sudo (`rootLine`). */
  readonly user: string;
}
