/**
 * `./kaleem preview`: what `./kaleem up` would change, in plain words; changes nothing on a machine of yours.
 * A local stack's emulated machine is made for it, since there is nothing else to look at.
 * Exit codes: see docs/exit-codes.md.
 */
import { preview } from "../deploy/bring-up.ts";
import { openStack } from "../stack/stack.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { runOperatorCommand } from "../command-line.ts";
import { previewAnswer } from "../answers/preview-answer.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { OperatorCommand } from "../operator-command.ts";

await runOperatorCommand(async () => {
  const program = new OperatorCommand("preview")
    .description("Says what `up` would change, and changes nothing.")
    .option("--stack <name>", "the stack", "local")
    .option("--first-install", "as if `up` were given it")
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse();
  const { stack, firstInstall, json } = program.opts<{ stack: string; firstInstall?: true; json?: true }>();
  const plan = await preview({
    stack: openStack(stack),
    progress: terminalProgress(),
    firstInstall: firstInstall === true,
    agreement: { yes: false, replaceData: [], ask: null },
  });
  if (json === true) {
    printAnswer(previewAnswer, {
      stack,
      unchanged: plan.unchanged,
      lines: [...plan.lines],
      dataAtRisk: [...plan.dataAtRisk],
    });
    return 0;
  }
  const risk = plan.dataAtRisk.map(
    (store) => `  ${store} holds data: \`up\` would want --replace-data ${store}`,
  );
  process.stdout.write(
    `${plan.unchanged ? `stack ${stack}: unchanged` : [...plan.lines, ...risk].join("\n")}\n`,
  );
  return 0;
});
