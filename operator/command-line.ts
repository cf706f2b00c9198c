import { CommanderError } from "commander";
import { exitCodes, RecoveryError } from "../contract/exit-codes.ts";
import { sentenceOf } from "../contract/sentence-of.ts";
import { CommandError } from "../recovery/host/host-port.ts";
import { errorAnswer } from "./answers/error-answer.ts";
import { printAnswer } from "./answers/print-answer.ts";
import { begunCommand, OnlyDefined } from "./operator-command.ts";
import { SshError } from "./ssh/ssh-error.ts";
import { wantsJson } from "./wants-json.ts";

/**
 * Runs an operator's command and turns its end into an exit code: what the command says, 2 for wrong arguments, the
 * agent's own code when it failed on the host. An error is its sentence on stderr; its stack only with KALEEM_DEBUG. Who asked for
 * JSON gets it as JSON on stdout as well.
 */
export async function runOperatorCommand(work: () => Promise<number>): Promise<void> {
  if (!process.stdout.listeners("error").includes(endOfReading)) process.stdout.on("error", endOfReading);
  try {
    process.exitCode = await work();
  } catch (error) {
    if (error instanceof OnlyDefined) return;
    const exitCode = exitCodeOf(error);
    process.exitCode = exitCode;
    const isUsage = error instanceof CommanderError;
    if (exitCode !== exitCodes.ok && wantsJson(begunCommand(), process.argv.slice(2)))
      printAnswer(errorAnswer, { error: { message: wordsOf(error), exitCode } }, "line");
    // Commander has said it already.
    if (isUsage) return;
    process.stderr.write(`${wordsOf(error)}\n`);
    if (process.env["KALEEM_DEBUG"] !== undefined && error instanceof Error) {
      process.stderr.write(`${error.stack ?? ""}\n`);
    }
  }
}

/** A reader that has seen enough, such as head(1), closes the pipe: no failure of ours. */
function endOfReading(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof RecoveryError) return error.exitCode;
  if (error instanceof SshError) return exitCodes.hostUnreachable;
  if (error instanceof CommandError) return error.exitCode ?? exitCodes.failed;
  return exitCodes.failed;
}

/** What a failed program said itself; its command line helps nobody at three in the morning. */
function wordsOf(error: unknown): string {
  if (error instanceof CommandError && error.stderr.trim() !== "") return error.stderr.trim();
  return error instanceof CommanderError ? error.message.replace(/^error: /, "") : sentenceOf(error);
}
