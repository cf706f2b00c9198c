/**
 * `./kaleem up`: from a bare machine to a platform that answers; again, and all is "unchanged".
 * A stack on a machine of yours is looked at and planned first, and changed when you have agreed.
 * With `--recover KIT` a local platform that was lost: it comes up closed, and waits for `./kaleem restore`.
 * Exit codes: see docs/exit-codes.md.
 */
import { catalog } from "../../catalog/catalog.ts";
import { terminalQuestion } from "../deploy/agree.ts";
import { bringUp } from "../deploy/bring-up.ts";
import { refuseFlags } from "../deploy/refuse-flags.ts";
import { renderBroughtUp } from "../deploy/render-brought-up.ts";
import { readRecoveryKit } from "../kit/recovery-kit.ts";
import { openStack } from "../stack/stack.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { runOperatorCommand } from "../command-line.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { answerOfUp, upAnswer } from "../answers/up-answer.ts";
import { OperatorCommand } from "../operator-command.ts";

interface UpOptions {
  readonly stack: string;
  readonly offsiteOf?: string;
  readonly recover?: string;
  readonly firstInstall?: true;
  readonly takeState?: true;
  readonly yes?: true;
  readonly json?: true;
  readonly replaceData?: readonly string[];
}

await runOperatorCommand(async () => {
  const program = new OperatorCommand("up")
    .description("Brings a stack up, or confirms that it is up.")
    .option("--stack <name>", "the stack", "local")
    .option("--yes", "agrees to the plan, unless it puts data at risk")
    .option("--replace-data <store...>", "agrees that these stores, which hold data, are replaced or deleted")
    .option("--first-install", "this platform is new: its empty data root founds a lineage, and it serves")
    .option("--take-state", "takes the machine over from a state that is lost for good")
    .option(
      "--offsite-of <stack>",
      "whose registry and off-site bucket a local stack uses (default: its own)",
    )
    .option("--recover <file>", "recovery kit of a lost local platform: its secrets come from the bucket")
    .option("--json", "the outcome as JSON (docs/json.md)")
    .exitOverride()
    .parse();
  const options = program.opts<UpOptions>();
  const stack = openStack(options.stack, { offsiteOf: options.offsiteOf });
  refuseFlags(stack, options, catalog);
  const kit = options.recover === undefined ? undefined : await readRecoveryKit(options.recover);
  const result = await bringUp({
    stack,
    progress: terminalProgress(),
    firstInstall: options.firstInstall === true,
    takeState: options.takeState === true,
    ...(kit === undefined ? {} : { kit }),
    ...(stack.kind === "local"
      ? {}
      : {
          agreement: {
            yes: options.yes === true,
            replaceData: options.replaceData ?? [],
            ask: terminalQuestion(),
          },
        }),
  });
  if (options.json === true) printAnswer(upAnswer, answerOfUp(result));
  else process.stdout.write(`${renderBroughtUp(result)}\n`);
  return 0;
});
