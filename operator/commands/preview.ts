/**
 * `npm run preview`: what `npm run up` would change, in plain words; changes nothing on a machine of yours.
 * A local stack's emulated machine is made for it, since there is nothing else to look at.
 * Exit codes: see docs/exit-codes.md.
 */
import { Command } from "commander";
import { preview } from "../deploy/bring-up.ts";
import { openStack } from "../stack/stack.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { runOperatorCommand } from "../command-line.ts";

await runOperatorCommand(async () => {
  const program = new Command("preview")
    .description("Says what `up` would change, and changes nothing.")
    .option("--stack <name>", "the stack", "local")
    .option("--first-install", "as if `up` were given it")
    .exitOverride()
    .parse();
  const { stack, firstInstall } = program.opts<{ stack: string; firstInstall?: true }>();
  const plan = await preview({
    stack: openStack(stack),
    progress: terminalProgress(),
    firstInstall: firstInstall === true,
    agreement: { yes: false, replaceData: [], ask: null },
  });
  const risk = plan.dataAtRisk.map(
    (store) => `  ${store} holds data: \`up\` would want --replace-data ${store}`,
  );
  process.stdout.write(
    `${plan.unchanged ? `stack ${stack}: unchanged` : [...plan.lines, ...risk].join("\n")}\n`,
  );
  return 0;
});
