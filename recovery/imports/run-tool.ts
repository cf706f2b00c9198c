import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ToolCall } from "../../catalog/portable/portable.ts";
import { CommandError } from "../host/host-port.ts";

/** So much of what the tool says is kept for the sentence of a failure. */
const lastWords = 4_000;

/** What is asked to end has so long to do so. */
const graceMs = 10_000;

export interface ToolRun {
  /** The store's task. */
  readonly container: string;
  readonly call: ToolCall;
  /** What the tool reads; left out, nothing but the first line. */
  readonly file?: string;
  /** Where what it writes goes; left out, nowhere. */
  readonly output?: Writable;
  readonly signal: AbortSignal;
  /** Each line that it says. */
  readonly onLine?: (line: string) => void;
  /** Program and arguments that run a command in the container with our standard input. @default docker exec */
  readonly enter?: (container: string) => readonly string[];
}

/**
 * Runs a store's own tool inside its task, as the task's own user, and streams the file into it, or what it writes out of it. Secrets
 * go in on standard input.
 * @throws CommandError with the tool's last words, or the signal's reason
 */
export async function runTool({
  container,
  call,
  file,
  output,
  signal,
  onLine,
  enter = byDocker,
}: ToolRun): Promise<void> {
  const [program = "", ...args] = [...enter(container), ...call.argv];
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let words = "";
  let unfinished = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-lastWords);
    const lines = (unfinished + text).split("\n");
    unfinished = lines.pop() ?? "";
    for (const line of lines) onLine?.(line);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const stop = (): void => {
    // What it started may hold its output open for long: once it has ended itself, nobody waits for that.
    child.once("exit", () => {
      child.stdout.destroy();
      child.stderr.destroy();
    });
    child.kill("SIGTERM");
    const killed = setTimeout(() => child.kill("SIGKILL"), graceMs);
    child.once("exit", () => {
      clearTimeout(killed);
    });
  };
  signal.addEventListener("abort", stop, { once: true });
  child.stdin.write(`${call.firstLine}\n`);
  // A tool that gives up reads no further; how it ended says more than the broken pipe.
  const content = file === undefined ? Readable.from([]) : createReadStream(file);
  const fed = pipeline(content, child.stdin).catch(asValue);
  // Its reader stays open: it may get another dump.
  const given =
    output === undefined
      ? void child.stdout.resume()
      : pipeline(child.stdout, output, { end: false }).catch(asValue);
  const [code, unfed, ungiven] = await Promise.all([ended, fed, given]).finally(() => {
    signal.removeEventListener("abort", stop);
  });
  signal.throwIfAborted();
  if (code !== 0) throw new CommandError([call.argv[0] ?? program], code, words);
  for (const broken of [unfed, ungiven]) if (broken instanceof Error) throw broken;
}

function asValue(error: unknown): unknown {
  return error;
}

function byDocker(container: string): readonly string[] {
  return ["docker", "exec", "--interactive", container];
}
