import type { ClientChannel } from "ssh2";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import type { ProcessEnd } from "./process-end.ts";
import type { SshConnection } from "./ssh-connection.ts";

/** What a remote process wrote and how it ended. */
export interface ProcessResult {
  readonly end: ProcessEnd;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order in which they arrived. */
  readonly output: string;
}

export interface ProcessRequest {
  /** Given to the login shell of the user. */
  readonly command: string;
  readonly stdin: string;
  /** Only variables that the host accepts: a refused one would be dropped in silence. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onOutput: (stream: "stdout" | "stderr", chunk: Buffer) => void;
}

/**
 * Runs a command and waits for its end. A lost connection is the end `lost`. On cancellation the call throws at once;
 * the command may run on, as with the official plugin: OpenSSH takes no signals for root's sessions.
 */
export async function runRemoteProcess(
  connection: SshConnection,
  request: ProcessRequest,
  signal: AbortSignal,
): Promise<ProcessResult> {
  const process = await connection.guard(start(connection, request), signal);
  const end = await connection.guard(process.ended, signal).catch((error: unknown): ProcessEnd => {
    if (signal.aborted) {
      const reason = sentenceOf(error);
      throw new Error(`${reason} (the command may still run on the host)`, { cause: error });
    }
    // A lost connection is no error here: what the process wrote before belongs into the sentence.
    return { kind: "lost" };
  });
  const { stdout, stderr, output } = process;
  return { end, stdout: text(stdout), stderr: text(stderr), output: text(output) };
}

/** A process that runs; the lists grow until it has ended. */
interface RunningProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly stdout: readonly Buffer[];
  readonly stderr: readonly Buffer[];
  readonly output: readonly Buffer[];
}

function start(connection: SshConnection, request: ProcessRequest): Promise<RunningProcess> {
  return new Promise((resolve, reject) => {
    connection.client.exec(request.command, { env: { ...request.environment } }, (error, channel) => {
      // Listened to in this very call: the end of a quick process may have arrived together with its start.
      if (error === undefined) resolve(follow(channel, request));
      else reject(new Error(`ssh: ${error.message}`));
    });
  });
}

function follow(channel: ClientChannel, request: ProcessRequest): RunningProcess {
  const process = { stdout: [] as Buffer[], stderr: [] as Buffer[], output: [] as Buffer[] };
  for (const [name, stream] of [["stdout", channel] as const, ["stderr", channel.stderr] as const]) {
    stream.on("data", (chunk: Buffer) => {
      process[name].push(chunk);
      process.output.push(chunk);
      request.onOutput(name, chunk);
    });
  }
  const ended = endOf(channel);
  channel.end(request.stdin);
  return { ...process, ended };
}

function endOf(channel: ClientChannel): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    let end: ProcessEnd = { kind: "lost" };
    channel.on("exit", (code: number | null, signal?: string) => {
      end =
        code === null
          ? { kind: "signal", signal: (signal ?? "").replace(/^SIG/, "") }
          : { kind: "exit", code };
    });
    // A process that ends without reading all its stdin is no error; whether it did well, its exit code tells.
    channel.on("error", () => undefined);
    channel.once("close", () => {
      resolve(end);
    });
  });
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString();
}
