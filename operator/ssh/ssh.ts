import { mkdtemp, rm, stat } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { commandLine } from "../../components/text/shell.ts";
import { CommandError } from "../../recovery/host/host-port.ts";
import { readIfThere } from "../../workstation/read-if-there.ts";
import { SshError } from "./ssh-error.ts";
import { asRoot } from "./as-root.ts";
import { sshFailure } from "./ssh-failure.ts";
import { sshArguments } from "./ssh-target.ts";
import type { SshTarget } from "./ssh-target.ts";

/** How a program is run on a host; everything is optional. */
export interface SshRunOptions {
  /** Written to its standard input, which is then closed; the place for secrets. @default empty */
  readonly stdin?: string | Readable;
  /** Called with each line, without its newline, while the program runs. */
  readonly onStdoutLine?: (line: string) => void;
  readonly onStderrLine?: (line: string) => void;
  /** Connecting included. What runs on the host is not ended by it. @default no limit */
  readonly timeoutMs?: number;
  /** Ends the connection, and rejects with its reason. What runs on the host is not ended by it. */
  readonly signal?: AbortSignal;
}

export interface SshOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** ssh's exit code for its own failures; a program's own 255 is told from it by ssh's log. */
const sshFailed = 255;
/** Writes what it reads beside the target and renames it when all of it arrived: `$1` path, `$2` bytes, `$3` mode. */
const receive = `set -eu
part="$1.part"
cat > "$part"
got=$(wc -c < "$part")
[ "$got" -eq "$2" ] || { rm -f "$part"; echo "$1: got $got of $2 bytes" >&2; exit 1; }
chmod "$3" "$part"
mv -f "$part" "$1"`;

/** A host as an operator reaches it: the machine's own `ssh`, and a pinned host key. */
export class SshHost {
  readonly target: SshTarget;

  constructor(target: SshTarget) {
    this.target = target;
  }

  /**
   * Runs a program on the host, without a terminal; its arguments arrive as they are.
   * @throws SshError when the connection fails, CommandError when the program does
   */
  async run(argv: readonly string[], options: SshRunOptions = {}): Promise<SshOutput> {
    await this.#checkKeyFile();
    const folder = await mkdtemp(join(tmpdir(), "kaleem-ssh-"));
    try {
      return await this.#run(argv, options, join(folder, "ssh.log"));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** Copies a file, with its permission bits, into an existing directory of the host; complete or not at all. */
  async copyTo(localFile: string, remotePath: string): Promise<void> {
    const { size, mode } = await stat(localFile);
    const permissions = (mode & 0o777).toString(8).padStart(4, "0");
    await this.run(["sh", "-c", receive, "sh", remotePath, String(size), permissions], {
      stdin: createReadStream(localFile),
    });
  }

  async #run(argv: readonly string[], options: SshRunOptions, logFile: string): Promise<SshOutput> {
    const { stdin = "", timeoutMs, signal } = options;
    signal?.throwIfAborted();
    const running = execa(
      "ssh",
      [...sshArguments(this.target, logFile), commandLine(asRoot(this.target.user, argv))],
      {
        input: stdin,
        ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
        ...(signal === undefined ? {} : { cancelSignal: signal }),
        reject: false,
        stripFinalNewline: false,
      },
    );
    const lines = [
      eachLine(running.stdout, options.onStdoutLine),
      eachLine(running.stderr, options.onStderrLine),
    ];
    const result = await running;
    await Promise.all(lines);
    signal?.throwIfAborted();
    if (result.code === "ENOENT") {
      throw new SshError("other", this.target, "there is no ssh on this machine; install the OpenSSH client");
    }
    if (result.timedOut) throw new SshError("timeout", this.target, timeoutText(argv, timeoutMs ?? 0));
    if (result.exitCode === sshFailed) {
      const log = `${(await readIfThere(logFile)) ?? ""}${farewell(result.stderr)}`;
      const failure = sshFailure(this.target, log, (await readIfThere(this.target.knownHostsFile)) ?? "");
      if (failure !== undefined) throw failure;
    }
    if (result.exitCode !== 0) throw new CommandError(argv, result.exitCode ?? null, result.stderr);
    return { stdout: result.stdout, stderr: result.stderr };
  }

  /** ssh would only warn, and then report that the host refused. */
  async #checkKeyFile(): Promise<void> {
    const { privateKeyFile } = this.target;
    if (privateKeyFile === undefined) return;
    try {
      await stat(privateKeyFile);
    } catch (error) {
      const reason =
        error instanceof Error && "code" in error && error.code === "ENOENT" ? "is missing" : String(error);
      throw new SshError("key-unusable", this.target, `the key ${privateKeyFile} ${reason}; put it there`);
    }
  }
}

/** The one thing that ssh says on standard error whatever its log file: that the host hung up. */
function farewell(stderr: string): string {
  return /^Connection to \S+ closed by remote host\.\s*$/m.exec(stderr)?.[0] ?? "";
}

function timeoutText(argv: readonly string[], timeoutMs: number): string {
  return (
    `${argv[0] ?? "the program"} had not ended after ${String(timeoutMs / 1000)} s; ` +
    "it may still run there: look before you repeat it"
  );
}

async function eachLine(
  stream: Readable | null,
  onLine: ((line: string) => void) | undefined,
): Promise<void> {
  if (stream === null || onLine === undefined) return;
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) onLine(line);
}
