/**
 * `npm run smoke`: one order and one webhook through the edge, and proof from each store.
 * Exit codes: 0 every step passed, 1 one did not or the stack could not be asked, 2 wrong arguments.
 */
import { Command } from "commander";
import { edgeTarget } from "../stack/edge-target.ts";
import { SshHost } from "../ssh/ssh.ts";
import { openPlace } from "../stack/open-place.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";
import { smokeHost } from "../smoke/smoke-host.ts";
import { smokeTest, type SmokeStep } from "../smoke/smoke-test.ts";
import { runOperatorCommand } from "../command-line.ts";

await runOperatorCommand(async () => {
  const { stack } = new Command("smoke")
    .description("Places one order and one webhook through the edge, and checks what became of them.")
    .option("--stack <name>", "the stack", "local")
    .exitOverride()
    .parse()
    .opts<{ stack: string }>();
  const opened = openStack(stack);
  const { ssh } = await readTarget(opened);
  const host = new SshHost(ssh);
  const steps = await smokeTest({
    edge: await edgeTarget(await openPlace(opened), host),
    host: smokeHost(host),
    onStep: (step) => process.stdout.write(`${renderStep(step)}\n`),
  });
  return steps.every(({ ok }) => ok) ? 0 : 1;
});

function renderStep({ name, ok, milliseconds, sentence }: SmokeStep): string {
  return `  ${ok ? "✓" : "✗"} ${name.padEnd(9)} ${String(milliseconds).padStart(6)} ms  ${sentence}`;
}
