/**
 * `npm run up`: from a bare Debian machine to a platform that answers; again, and all is "unchanged".
 * With `--recover KIT` a platform that was lost: it comes up closed, and waits for `npm run restore`.
 * Exit codes: 0 up, 1 failed (the sentence says what to do), 2 wrong arguments.
 */
import { Command } from "commander";
import { stackInstance, thisRepository } from "../../local/instance.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { bringUp } from "../deploy/bring-up.ts";
import { readRecoveryKit } from "../stack/recovery-kit.ts";
import { renderBroughtUp } from "../deploy/render-brought-up.ts";
import { runCommandLine } from "../command-errors.ts";

interface UpOptions {
  readonly stack: string;
  readonly cloud?: string;
  readonly recover?: string;
}

await runCommandLine(async () => {
  const program = new Command("up")
    .description("Brings a local stack up, or proves that it is.")
    .option("--stack <name>", "the stack", "local")
    .option("--cloud <name>", "whose registry and off-site bucket to use (default: the stack's own)")
    .option("--recover <file>", "recovery kit of a lost platform: its secrets come from the bucket")
    .exitOverride()
    .parse();
  const { stack, cloud, recover } = program.opts<UpOptions>();
  const kit = recover === undefined ? undefined : await readRecoveryKit(recover);
  const result = await bringUp({
    instance: stackInstance(thisRepository(), stack, cloud),
    progress: terminalProgress(),
    ...(kit === undefined ? {} : { kit }),
  });
  process.stdout.write(`${renderBroughtUp(stack, result)}\n`);
  return 0;
});
