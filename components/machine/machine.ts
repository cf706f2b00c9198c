import type * as pulumi from "@pulumi/pulumi";

/**
 * A machine that runs, or will by the time something has to be done on it: where it is reached, who logs in, and the key by which
 * it is known. Whatever gives one, the host made of it is the same. Address and key are outputs, since a machine that is made by the
 * same run has them only then.
 */
export interface Machine {
  readonly address: pulumi.Output<string>;
  readonly port: number;
  /** root, or one who may use sudo without being asked. */
  readonly user: string;
  /** As it is pinned: type, base64, and perhaps a comment. Another key means another machine, on which everything has to run again. */
  readonly hostKey: pulumi.Output<string>;
  /** `ssh-ed25519` and its like: known before the key is, since it is asked for. */
  readonly hostKeyType: string;
  /** How often a connection is tried, for a machine that the same run may have started. @default enough for a restart of sshd */
  readonly dialAttempts?: number;
  /** The private half of a key that may log in. Left out, the SSH agent and ssh's own configuration say. */
  readonly privateKeyFile?: string;
  /** Left out, ssh is given the pinned key by a command. */
  readonly knownHostsFile?: string;
}
