import { spawn } from "node:child_process";

/** What a finished command left behind. */
export interface Finished {
  /** Its exit code; 128 when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run; everything is optional. */
export interface RunOptions {
  readonly cwd?: string;
  /** Default: this process's own. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Written to its standard input, which is then closed; the place for secrets. Default: empty. */
  readonly input?: string;
  /** Sees each line that it writes to either stream, as it comes. */
  readonly onLine?: (line: string) => void;
  /** Ends the command with SIGTERM after so many seconds. Default: no limit. */
  readonly timeoutSeconds?: number;
}

/**
 * Runs a command to its end, without a shell or a terminal, and returns what it wrote whatever its exit code.
 * Throws only when it cannot be started.
 */
export function runCommand(
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<Finished> {
  const [command, ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, {
      cwd: options.cwd,
      env: options.environment ?? process.env,
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.timeoutSeconds === undefined ? {} : { timeout: options.timeoutSeconds * 1000 }),
    });
    const text = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      let unfinished = "";
      child[name].setEncoding("utf8").on("data", (chunk: string) => {
        text[name] += chunk;
        const lines = (unfinished + chunk).split("\n");
        unfinished = lines.pop() ?? "";
        for (const line of lines) options.onLine?.(line);
      });
    }
    child.on("error", reject);
    child.stdin.on("error", () => undefined); // A command that ends without reading is judged by its exit code.
    child.stdin.end(options.input ?? "");
    child.on("close", (code, signal) => {
      const ending = signal === null ? "" : `\n${command} was ended by ${signal}`;
      resolve({ code: code ?? 128, stdout: text.stdout, stderr: text.stderr + ending });
    });
  });
}
