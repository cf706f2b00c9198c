import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { ToolCall } from "../../catalog/portable/portable.ts";
import { CommandError } from "../host/host-port.ts";

/** So much of what the tool says is kept for the sentence of a failure. */
const lastWords = 4_000;

export interface ToolRun {
  /** The store's task. */
  readonly container: string;
  readonly call: ToolCall;
  /** What the tool reads. */
  readonly file: string;
  readonly signal: AbortSignal;
  /** Each line that it says. */
  readonly onLine?: (line: string) => void;
  /** Program and arguments that run a command in the container with our standard input. @default docker exec */
  readonly enter?: (container: string) => readonly string[];
}

/**
 * Runs a store's own tool inside its task, as the task's own user, and streams the file into it. Secrets go in on standard input.
 * @throws CommandError with the tool's last words, or the signal's reason
 */
export async function runTool({
  container,
  call,
  file,
  signal,
  onLine,
  enter = byDocker,
}: ToolRun): Promise<void> {
  const [program = "", ...args] = [...enter(container), ...call.argv];
  const child = spawn(program, args, { stdio: ["pipe", "ignore", "pipe"] });
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
  const stop = (): void => void child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  child.stdin.write(`${call.firstLine}\n`);
  // A tool that gives up reads no further; how it ended says more than the broken pipe.
  const fed = pipeline(createReadStream(file), child.stdin).then(
    () => null,
    (error: unknown) => error,
  );
  const [code, unfed] = await Promise.all([ended, fed]).finally(() => {
    signal.removeEventListener("abort", stop);
  });
  signal.throwIfAborted();
  if (code !== 0) throw new CommandError([call.argv[0] ?? program], code, words);
  if (unfed !== null) throw unfed;
}

function byDocker(container: string): readonly string[] {
  return ["docker", "exec", "--interactive", container];
}
