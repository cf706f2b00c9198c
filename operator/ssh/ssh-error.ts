import type { SshTarget } from "./ssh-target.ts";

/** What kept a program from being run on a host, or its answer from coming back. */
export type SshErrorKind =
  | "refused"
  | "unreachable"
  | "timeout"
  | "key-refused"
  | "key-unusable"
  | "host-key-changed"
  | "host-key-unknown"
  | "lost"
  | "other";

/** The connection failed, not the program. The message says where, what, and what to do. */
export class SshError extends Error {
  readonly kind: SshErrorKind;
  readonly target: SshTarget;

  constructor(kind: SshErrorKind, target: SshTarget, message: string) {
    super(`ssh ${target.user}@${target.address}:${String(target.port)}: ${message}`);
    this.name = "SshError";
    this.kind = kind;
    this.target = target;
  }
}
