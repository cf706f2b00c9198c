/**
 * `./kaleem smoke`: one order and one webhook through the edge, and proof from each store.
 * Exit codes: 0 every step passed, 1 one did not or the stack could not be asked, 2 wrong arguments.
 */
import { exitCodes } from "../../contract/exit-codes.ts";
import { edgeTarget } from "../stack/edge-target.ts";
import { SshHost } from "../ssh/ssh.ts";
import { openPlace } from "../stack/open-place.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";
import { smokeHost } from "../smoke/smoke-host.ts";
import { smokeTest, type SmokeStep } from "../smoke/smoke-test.ts";
import { runOperatorCommand } from "../command-line.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { smokeAnswer } from "../answers/smoke-answer.ts";
import { OperatorCommand } from "../operator-command.ts";

await runOperatorCommand(async () => {
  const { stack, json } = new OperatorCommand("smoke")
    .description("Places one order and one webhook through the edge, and checks what became of them.")
    .option("--stack <name>", "the stack", "local")
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<{ stack: string; json?: true }>();
  const opened = openStack(stack);
  const { ssh } = await readTarget(opened);
  const host = new SshHost(ssh);
  const steps = await smokeTest({
    edge: await edgeTarget(await openPlace(opened), host),
    host: smokeHost(host),
    onStep: (step) => (json === true ? process.stderr : process.stdout).write(`${renderStep(step)}\n`),
  });
  const passed = steps.every(({ ok }) => ok);
  if (json === true) printAnswer(smokeAnswer, { stack, passed, steps: [...steps] });
  return passed ? exitCodes.ok : exitCodes.failed;
});

function renderStep({ name, ok, milliseconds, sentence }: SmokeStep): string {
  return `  ${ok ? "✓" : "✗"} ${name.padEnd(9)} ${String(milliseconds).padStart(6)} ms  ${sentence}`;
}
