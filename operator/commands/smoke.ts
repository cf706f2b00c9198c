/**
 * `./kaleem smoke`: asks the edge, and makes each of the stack's business checks once: a write, and its reads.
 * Exit codes: 0 every step passed, 1 one did not or the stack could not be asked, 2 wrong arguments.
 */
import { exitCodes } from "../../contract/exit-codes.ts";
import { edgeTarget } from "../stack/edge-target.ts";
import { SshHost } from "../ssh/ssh.ts";
import { declaredChecks, noneDeclared } from "../stack/business-checks.ts";
import { openPlace } from "../stack/open-place.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";
import { hostSigner } from "../smoke/host-signer.ts";
import { smokeTest, type SmokeStep } from "../smoke/smoke-test.ts";
import { runOperatorCommand } from "../command-line.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { smokeAnswer } from "../answers/smoke-answer.ts";
import { OperatorCommand } from "../operator-command.ts";

await runOperatorCommand(async () => {
  const { stack, json } = new OperatorCommand("smoke")
    .description(
      "Asks the edge, and makes each of the stack's business checks once: writes one thing, and reads it.",
    )
    .option("--stack <name>", "the stack", "local")
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<{ stack: string; json?: true }>();
  const opened = openStack(stack);
  const { ssh } = await readTarget(opened);
  const host = new SshHost(ssh);
  const { checks, signer } = await declaredChecks(opened);
  const screen = json === true ? process.stderr : process.stdout;
  const steps = await smokeTest({
    edge: await edgeTarget(await openPlace(opened), host),
    checks,
    sign: hostSigner(host, signer),
    onStep: (step) => screen.write(`${renderStep(step)}\n`),
  });
  const names = Object.keys(checks);
  if (names.length === 0) screen.write(`  ${noneDeclared}.\n`);
  const passed = steps.every(({ ok }) => ok);
  if (json === true) printAnswer(smokeAnswer, { stack, passed, checks: names, steps: [...steps] });
  return passed ? exitCodes.ok : exitCodes.failed;
});

function renderStep({ name, ok, milliseconds, sentence }: SmokeStep): string {
  return `  ${ok ? "✓" : "✗"} ${name.padEnd(18)} ${String(milliseconds).padStart(6)} ms  ${sentence}`;
}
