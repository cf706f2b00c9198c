/**
 * The narrow interface through which recovery touches a host. The agent gives it the machine it runs on;
 * tests give it a fake. Nothing in `plan` or `verify` knows more of a host than this.
 */
export interface HostPort {
  /** Runs a program; rejects with a CommandError on a non-zero exit or a timeout. */
  run(argv: readonly string[], options?: RunOptions): Promise<string>;
  readFile(path: string): Promise<string | null>;
  /** Atomic: temporary name, fsync, rename. */
  writeFile(path: string, content: string, mode?: number): Promise<void>;
  removeFile(path: string): Promise<void>;
  now(): Date;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Called with each line of stdout while the program runs. */
  readonly onLine?: (line: string) => void;
}

/** A program that failed: what ran (never with secrets), how it ended, and its last words. */
export class CommandError extends Error {
  readonly argv: readonly string[];
  readonly exitCode: number | null;
  readonly stderr: string;
  constructor(argv: readonly string[], exitCode: number | null, stderr: string) {
    super(
      `${argv[0] ?? "?"} ${exitCode === null ? "was stopped" : `failed with exit code ${exitCode}`}: ${stderr.trim().slice(-2000)}`,
    );
    this.name = "CommandError";
    this.argv = argv;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}
