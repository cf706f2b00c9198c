import type { types } from "@pulumi/command";

/** What is needed to run something on a machine over SSH. */
export interface SshHost {
  readonly connection: types.input.remote.ConnectionArgs;
  /** The host key: another key is another machine, on which everything has to run again. Goes into `triggers`. */
  readonly identity: string;
  /** Who logs in; what another than root runs goes through sudo (`rootLine`). */
  readonly user: string;
}
