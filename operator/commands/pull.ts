/**
 * `./kaleem pull --to DIR`: a second copy of the off-site bucket, in a directory or on a disk of your own: encrypted as it is there,
 * only what is new, each file checked against its name. Nothing in DIR is lost, whatever the bucket has lost.
 * Exit codes: 0 everything is there and sound; 33 something is not what its name says; else see docs/exit-codes.md.
 */
import { resolve } from "node:path";
import { exitCodes } from "../../contract/exit-codes.ts";
import { size } from "../../recovery/host/log.ts";
import { nameOf } from "../../recovery/lineage/bucket-identity.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { runOperatorCommand } from "../command-line.ts";
import { pullAnswer } from "../answers/offsite-answer.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { OperatorCommand } from "../operator-command.ts";
import { openOffsite } from "../offsite/offsite-access.ts";
import { pull } from "../offsite/pull.ts";
import { renderPull } from "../screens/render-pull.ts";
import { openStack } from "../stack/stack.ts";

interface PullCommandOptions {
  readonly to: string;
  readonly stack: string;
  readonly kit?: string;
  readonly verify?: true;
  readonly removeGone?: true;
  readonly json?: true;
}

await runOperatorCommand(async () => {
  const options = new OperatorCommand("pull")
    .description("Copies the off-site bucket into a directory of your own, and checks every file.")
    .requiredOption("--to <dir>", "where the copy is, or is to be made")
    .option("--stack <name>", "the stack", "local")
    .option("--kit <file>", "a recovery kit, in place of the stack's own settings and secrets")
    .option("--verify", "reads what is there already, too")
    .option("--remove-gone", "removes what the bucket no longer has")
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<PullCommandOptions>();
  const { stack, kit, json } = options;
  const directory = resolve(options.to);
  const { bucket } = await openOffsite(() => openStack(stack), kit);
  const report = await terminalProgress().step(`pull to ${directory}`, async (tell) => {
    const done = await pull(bucket, {
      directory,
      verify: options.verify === true,
      removeGone: options.removeGone === true,
      onProgress: ({ bytes, of }) => tell(`${size(bytes)} of ${size(of)}`),
    });
    tell(`${done.fetched} of ${done.objects} files were new`);
    return done;
  });
  if (json === true) printAnswer(pullAnswer, { directory, ...report, damaged: [...report.damaged] });
  else process.stdout.write(`${renderPull(directory, nameOf(bucket.location), report)}\n`);
  return report.damaged.length === 0 ? exitCodes.ok : exitCodes.repositoryDamaged;
});
