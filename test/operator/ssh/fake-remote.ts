import { CommandError } from "../../../recovery/host/host-port.ts";
import type { RemoteHost } from "../../../operator/ssh/remote-host.ts";
import type { SshRunOptions } from "../../../operator/ssh/ssh.ts";

/** A host whose programs answer what the test says. */
export class FakeRemote implements RemoteHost {
  readonly calls: { argv: readonly string[]; stdin: string }[] = [];
  stdout = "";
  exitCode = 0;
  stderr = "";

  run(argv: readonly string[], options: SshRunOptions = {}): Promise<{ readonly stdout: string }> {
    this.calls.push({ argv, stdin: typeof options.stdin === "string" ? options.stdin : "" });
    for (const line of this.stdout.split("\n").filter((text) => text !== "")) options.onStdoutLine?.(line);
    if (this.exitCode !== 0) return Promise.reject(new CommandError(argv, this.exitCode, this.stderr));
    return Promise.resolve({ stdout: this.stdout });
  }
}
