import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { CommandError, type RunOptions } from "./host-port.ts";
import { processProgress } from "../agent/process-progress.ts";
import { StallWatch } from "../agent/stall-watch.ts";
import { StoppedError, type StopReason } from "../agent/stopped-error.ts";

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
  /**
   * Ends the program when it has stood still for so long: no bytes moved, next to no processor time, no more said in its
   * status lines. What works may take as long as it takes.
   */
  readonly stallAfterMs?: number;
  /** How a program is asked to end, and for how long it may take over it before it is killed.
   * @default SIGTERM, 5000 ms */
  readonly stopWith?: { readonly signal: "SIGTERM" | "SIGINT"; readonly graceMs: number };
  /** Asked after each piece of stderr; true ends the program: it says itself that going on is of no use. */
  readonly isHopeless?: (stderr: string) => boolean;
  /** Called now and then with the bytes that the program has written so far, all told, and for how long it has run. */
  readonly onWritten?: (bytes: number, elapsedMs: number) => void;
}

/** How a program ended. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const gentleStop = { signal: "SIGTERM", graceMs: 5_000 } as const;
/** How often a program is looked at. */
const lookMs = 1_000;
/** After SIGKILL; one that the kernel cannot end, such as on a disk that does not answer, must not hold us for ever. */
const lastWaitMs = 10_000;

/**
 * Runs a program in a process group of its own, so that stopping it ends all of it, grandchildren too.
 * The kernel ends it as well when we die (`setpriv --pdeathsig`): a killed agent leaves no restic behind.
 * Rejects with CommandError on any exit code that is not accepted, and with StoppedError when it was stopped.
 */
export function runProgram(argv: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const { signal: stopSignal, graceMs } = options.stopWith ?? gentleStop;
  const child = spawn("setpriv", ["--pdeathsig", stopSignal.slice(3), "--", ...argv], {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let stderr = "";
  let stdout = "";
  let toldBytes = 0;
  let closed = false;
  let stopped: { readonly reason: StopReason; readonly why: string } | null = null;
  const signalGroup = (signal: NodeJS.Signals): void => {
    // Also when the program itself has ended: what it has started may hold our pipes, and as long as one does, the group is ours.
    if (child.pid === undefined || closed) return;
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };
  let hardStop: NodeJS.Timeout | undefined;
  let giveUp = (): void => undefined;
  const stop = (reason: StopReason, why: string): void => {
    if (stopped !== null) return;
    stopped = { reason, why };
    signalGroup(stopSignal);
    hardStop = setTimeout(() => {
      signalGroup("SIGKILL");
      hardStop = setTimeout(() => giveUp(), lastWaitMs);
    }, graceMs);
  };
  const limit =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => stop("time-limit", `took longer than ${Math.round((options.timeoutMs ?? 0) / 1000)} s`),
          options.timeoutMs,
        );
  const onAbort = (): void => stop("aborted", "was interrupted");
  if (options.signal?.aborted) onAbort();
  options.signal?.addEventListener("abort", onAbort, { once: true });

  const started = performance.now();
  const { stallAfterMs, onWritten } = options;
  const watch = stallAfterMs === undefined ? null : new StallWatch(stallAfterMs, started);
  const look = async (): Promise<void> => {
    const progress = child.pid === undefined ? null : await processProgress(child.pid);
    if (progress === null) return;
    onWritten?.(Math.max(0, progress.written - toldBytes), performance.now() - started);
    watch?.look(performance.now(), progress, toldBytes);
    const stillMs = watch?.stalledFor(performance.now()) ?? null;
    if (stillMs !== null) stop("stalled", `moved nothing for ${Math.round(stillMs / 1000)} s`);
  };
  const looks =
    watch === null && onWritten === undefined
      ? undefined
      : setInterval(() => void look().catch((error: unknown) => stop("aborted", String(error))), lookMs);

  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    toldBytes += Buffer.byteLength(text);
    stderr = (stderr + text).slice(-64 * 1024);
    if (options.isHopeless?.(stderr) === true) stop("hopeless", "was stopped, since going on is of no use");
  });
  child.stdout.on("data", (piece: Buffer | string) => (toldBytes += Buffer.byteLength(piece)));
  const { onLine } = options;
  if (onLine)
    createInterface({ input: child.stdout }).on("line", (line) => {
      watch?.line(performance.now(), line);
      onLine(line);
    });
  else child.stdout.setEncoding(options.encoding ?? "utf8").on("data", (text: string) => (stdout += text));
  // A program that ends without reading its input gives EPIPE; how it ended says more than that.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");

  return new Promise((resolve, reject) => {
    const settle = (): void => {
      closed = true;
      clearTimeout(limit);
      clearTimeout(hardStop);
      clearInterval(looks);
      options.signal?.removeEventListener("abort", onAbort);
    };
    child.on("error", (error) => {
      settle();
      reject(new CommandError(argv, null, error.message));
    });
    giveUp = () => {
      settle();
      child.unref();
      if (stopped !== null)
        reject(new StoppedError(argv, stopped.reason, `${stopped.why}, and cannot be killed`, stderr));
    };
    child.on("close", (code) => {
      settle();
      if (stopped !== null) return reject(new StoppedError(argv, stopped.reason, stopped.why, stderr));
      if (code !== null && (options.accept ?? [0]).includes(code))
        return resolve({ exitCode: code, stdout, stderr });
      return reject(new CommandError(argv, code, stderr));
    });
  });
}
