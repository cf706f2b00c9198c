import type { ActionContext } from "../protocol/resource-type.ts";
import type { CommandRun } from "./command-inputs.ts";
import { withDeadline } from "./deadline.ts";
import { dial } from "./dial.ts";
import { goQuote } from "./go-quote.ts";
import { LineSplitter } from "./line-splitter.ts";
import { describeFailure } from "./process-end.ts";
import { refusedVariables } from "./remote-environment.ts";
import { runRemoteProcess } from "./remote-process.ts";
import type { SshConnection } from "./ssh-connection.ts";

/** What a command that succeeded wrote, each without its last newline. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** Connects, runs the command, disconnects. Throws the official plugin's sentences; see `describeFailure`. */
export async function runCommand(run: CommandRun, context: ActionContext): Promise<CommandOutput> {
  const signal = withDeadline(context.signal, context.timeoutSeconds);
  const connection = await dial(run.connection, signal, (text) => {
    context.log("info", text, { ephemeral: true });
  });
  try {
    const environment = await acceptedEnvironment(connection, run, signal, context);
    const show = (line: string): void => {
      context.log("info", line, { ephemeral: true });
    };
    const shown = { stdout: new LineSplitter(show), stderr: new LineSplitter(show) };
    const result = await runRemoteProcess(
      connection,
      {
        command: run.command,
        stdin: run.stdin,
        environment,
        onOutput: (stream, chunk) => {
          if (run.shown.has(stream)) shown[stream].write(chunk);
        },
      },
      signal,
    );
    shown.stdout.end();
    shown.stderr.end();
    const failure = describeFailure(result.end, run.command, result.output);
    if (failure !== undefined) throw new Error(failure);
    return { stdout: trimNewline(result.stdout), stderr: trimNewline(result.stderr) };
  } finally {
    connection.close();
  }
}

/** A refused variable of the program is an error; the previous output is only a convenience. */
async function acceptedEnvironment(
  connection: SshConnection,
  run: CommandRun,
  signal: AbortSignal,
  context: ActionContext,
): Promise<Record<string, string>> {
  const [refused] = await refusedVariables(connection, Object.keys(run.environment).sort(), signal);
  if (refused !== undefined) {
    context.log("error", refusal(refused));
    throw new Error(`could not set environment variable ${goQuote(refused)}: ssh: setenv failed`);
  }
  const accepted = { ...run.environment };
  const unavailable = await refusedVariables(connection, Object.keys(run.previousOutput), signal);
  for (const [name, value] of Object.entries(run.previousOutput)) {
    if (unavailable.includes(name)) context.log("warning", refusal(name));
    else accepted[name] = value;
  }
  return accepted;
}

function refusal(name: string): string {
  return (
    `Unable to set '${name}'. This only works if your SSH server is configured to accept\n` +
    "\tthese variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the remote host, you could\n" +
    "\tprefix the command itself with the variables in the form 'VAR=value command'"
  );
}

function trimNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
