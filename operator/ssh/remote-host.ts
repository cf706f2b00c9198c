import type { SshRunOptions } from "./ssh.ts";

/** A host that an operator's command runs programs on; `SshHost` in production, a fake in tests. */
export interface RemoteHost {
  /** @throws SshError when the connection fails, CommandError when the program does. */
  run(argv: readonly string[], options?: SshRunOptions): Promise<{ readonly stdout: string }>;
}
