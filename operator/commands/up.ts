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
  readonly firstInstall?: true;
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
    .option("--first-install", "this platform is new: its empty data root founds a lineage, and it serves")
    .exitOverride()
    .parse();
  const { stack, offsiteOf, recover, firstInstall = false } = program.opts<UpOptions>();
  const opened = openStack(stack, { offsiteOf });
  const kit = recover === undefined ? undefined : await readRecoveryKit(recover);
  const result = await bringUp({
    stack: opened,
    progress: terminalProgress(),
    firstInstall,
    ...(kit === undefined ? {} : { kit }),
  });
  process.stdout.write(`${renderBroughtUp(result)}\n`);
  return 0;
});
