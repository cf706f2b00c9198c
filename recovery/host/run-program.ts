import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { CommandError, type RunOptions } from "./host-port.ts";

/** What `runProgram` can do beyond the narrow host port. */
export interface ProgramOptions extends RunOptions {
  /** Ends the program (its whole process group) when aborted. */
  readonly signal?: AbortSignal;
  /** Exit codes that do not reject.
   * @default [0] */
  readonly accept?: readonly number[];
  /** Working directory. */
  readonly cwd?: string;
  /** How stdout's bytes become text; `latin1` keeps every byte.
   * @default "utf8" */
  readonly encoding?: "utf8" | "latin1";
}

/** How a program ended. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Between SIGTERM and SIGKILL for a program that is stopped. */
const graceMs = 5_000;

/**
 * Runs a program in a process group of its own, so that a time limit ends all of it, grandchildren too.
 * The kernel ends it as well when we die (`setpriv --pdeathsig`): a killed agent leaves no restic behind.
 * Rejects with CommandError on any exit code that is not accepted, on a timeout and on abort.
 */
export function runProgram(argv: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const child = spawn("setpriv", ["--pdeathsig", "TERM", "--", ...argv], {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let stderr = "";
  let stdout = "";
  let stopped: string | null = null;
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };
  let hardStop: NodeJS.Timeout | undefined;
  const stop = (why: string): void => {
    if (stopped !== null) return;
    stopped = why;
    signalGroup("SIGTERM");
    hardStop = setTimeout(() => signalGroup("SIGKILL"), graceMs);
  };
  const limit =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => stop(`took longer than ${Math.round((options.timeoutMs ?? 0) / 1000)} s`),
          options.timeoutMs,
        );
  const onAbort = (): void => stop("was interrupted");
  if (options.signal?.aborted) onAbort();
  options.signal?.addEventListener("abort", onAbort, { once: true });

  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-64 * 1024);
  });
  const { onLine } = options;
  if (onLine) createInterface({ input: child.stdout }).on("line", onLine);
  else child.stdout.setEncoding(options.encoding ?? "utf8").on("data", (text: string) => (stdout += text));
  // A program that ends without reading its input gives EPIPE; how it ended says more than that.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");

  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(limit);
      clearTimeout(hardStop);
      options.signal?.removeEventListener("abort", onAbort);
    };
    child.on("error", (error) => {
      settle();
      reject(new CommandError(argv, null, error.message));
    });
    child.on("close", (code) => {
      settle();
      if (stopped !== null) return reject(new CommandError(argv, null, `${stopped}\n${stderr}`));
      if (code !== null && (options.accept ?? [0]).includes(code))
        return resolve({ exitCode: code, stdout, stderr });
      return reject(new CommandError(argv, code, stderr));
    });
  });
}
