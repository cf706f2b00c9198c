import { execa, ExecaError } from "execa";

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Given on standard input; the place for secrets. */
  readonly input?: string | Uint8Array;
  readonly timeoutSeconds?: number;
  /** Each line of output while the program runs. */
  readonly onLine?: (line: string) => void;
}

/** A program on this machine that failed: what ran, how it ended, its last words. */
export class LocalCommandError extends Error {
  readonly exitCode: number | undefined;
  readonly stderr: string;
  constructor(message: string, exitCode: number | undefined, stderr: string) {
    super(message);
    this.name = "LocalCommandError";
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/**
 * Runs a program of this machine and gives its standard output without the last newline.
 * @throws LocalCommandError when it is missing, fails, or outlives `timeoutSeconds` (default: no limit)
 */
export async function command(
  argv: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<string> {
  const [program, ...args] = argv;
  const child = execa(program, args, {
    all: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    ...(options.timeoutSeconds === undefined ? {} : { timeout: options.timeoutSeconds * 1000 }),
  });
  try {
    if (options.onLine !== undefined)
      for await (const line of child.iterable({ from: "all" })) options.onLine(line);
    return (await child).stdout;
  } catch (error) {
    if (error instanceof ExecaError) throw explain(argv, error as ExecaError);
    throw error;
  }
}

function explain(argv: readonly string[], error: ExecaError): LocalCommandError {
  const stderr = text(error.stderr);
  const what = argv.slice(0, 3).join(" ");
  if (error.code === "ENOENT") {
    return new LocalCommandError(
      `${argv[0] ?? "?"}: not found on this machine; install it`,
      undefined,
      stderr,
    );
  }
  const how = error.timedOut
    ? "took too long and was stopped"
    : `failed with exit code ${error.exitCode ?? "none"}`;
  const lastWords = (stderr.trim() || text(error.stdout).trim()).slice(-2000);
  return new LocalCommandError(
    `${what}: ${how}${lastWords === "" ? "" : `: ${lastWords}`}`,
    error.exitCode,
    stderr,
  );
}

function text(output: unknown): string {
  return typeof output === "string" ? output : "";
}
