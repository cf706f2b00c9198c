import { CommanderError } from "commander";
import { exitCodes, RecoveryError } from "../contract/exit-codes.ts";
import { sentenceOf } from "../contract/sentence-of.ts";
import { CommandError } from "../recovery/host/host-port.ts";
import { SshError } from "./ssh/ssh-error.ts";

/**
 * Runs an operator's command and turns its end into an exit code: what the command says, 2 for wrong arguments, the
 * agent's own code when it failed on the host. An error is its sentence on stderr; its stack only with KALEEM_DEBUG.
 */
export async function runOperatorCommand(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (error instanceof CommanderError) return;
    process.stderr.write(`${wordsOf(error)}\n`);
    if (process.env["KALEEM_DEBUG"] !== undefined && error instanceof Error) {
      process.stderr.write(`${error.stack ?? ""}\n`);
    }
  }
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
  return error instanceof CommandError && error.stderr.trim() !== ""
    ? error.stderr.trim()
    : sentenceOf(error);
}
