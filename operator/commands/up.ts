/**
 * `npm run up`: from a bare Debian machine to a platform that answers; again, and all is "unchanged".
 * With `--recover KIT` a platform that was lost: it comes up closed, and waits for `npm run restore`.
 * Exit codes: see docs/exit-codes.md.
 */
import { Command } from "commander";
import { bringUp } from "../deploy/bring-up.ts";
import { renderBroughtUp } from "../deploy/render-brought-up.ts";
import { readRecoveryKit } from "../stack/recovery-kit.ts";
import { openStack } from "../stack/stack.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { runOperatorCommand } from "../command-line.ts";

interface UpOptions {
  readonly stack: string;
  readonly offsiteOf?: string;
  readonly recover?: string;
}

await runOperatorCommand(async () => {
  const program = new Command("up")
    .description("Brings a stack up, or confirms that it is up.")
    .option("--stack <name>", "the stack", "local")
    .option(
      "--offsite-of <stack>",
      "whose registry and off-site bucket a local stack uses (default: its own)",
    )
    .option("--recover <file>", "recovery kit of a lost platform: its secrets come from the bucket")
    .exitOverride()
    .parse();
  const { stack, offsiteOf, recover } = program.opts<UpOptions>();
  const opened = openStack(stack, { offsiteOf });
  const kit = recover === undefined ? undefined : await readRecoveryKit(recover);
  const result = await bringUp({
    stack: opened,
    progress: terminalProgress(),
    ...(kit === undefined ? {} : { kit }),
  });
  process.stdout.write(`${renderBroughtUp(result)}\n`);
  return 0;
});
