import { CommanderError } from "commander";

/**
 * Runs a command and turns its end into an exit code: 0, 2 for wrong arguments, else 1 with the error's sentence on
 * standard error; its stack only with KALEEM_DEBUG set.
 */
export async function runCommandLine(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\n${message}\n`);
    if (process.env["KALEEM_DEBUG"] !== undefined && error instanceof Error)
      process.stderr.write(`${String(error.stack)}\n`);
    process.exitCode = 1;
  }
}
