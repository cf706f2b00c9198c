import type { ClientChannel } from "ssh2";
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
  const channel = await connection.guard(openChannel(connection, request), signal);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const both: Buffer[] = [];
  const collect = (stream: "stdout" | "stderr", into: Buffer[]) => (chunk: Buffer) => {
    into.push(chunk);
    both.push(chunk);
    request.onOutput(stream, chunk);
  };
  channel.on("data", collect("stdout", stdout));
  channel.stderr.on("data", collect("stderr", stderr));
  const ended = endOf(channel);
  channel.end(request.stdin);
  const end = await connection.guard(ended, signal).catch((error: unknown): ProcessEnd => {
    if (signal.aborted) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${reason} (the command may still run on the host)`, { cause: error });
    }
    // A lost connection is no error here: what the process wrote before belongs into the sentence.
    return { kind: "lost" };
  });
  return { end, stdout: text(stdout), stderr: text(stderr), output: text(both) };
}

function openChannel(connection: SshConnection, request: ProcessRequest): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    connection.client.exec(request.command, { env: { ...request.environment } }, (error, channel) => {
      if (error === undefined) resolve(channel);
      else reject(new Error(`ssh: ${error.message}`));
    });
  });
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
