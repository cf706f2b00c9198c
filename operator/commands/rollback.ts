/**
 * `./kaleem rollback`: gives services the images back that they had before a deployment, and looks whether all is well then.
 * Exit codes: 0 every step passed, 1 one did not; others: see docs/exit-codes.md.
 */
import { Option } from "commander";
import { type Duration, milliseconds } from "../../catalog/quantities.ts";
import { nginx } from "../../components/edge/nginx.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { deploymentListSchema } from "../../recovery/agent/answers/deployment-list.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { elapsedSeconds } from "../../workstation/timed-progress.ts";
import { askAgent } from "../agent/agent.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { rollbackAnswer } from "../answers/rollback-answer.ts";
import { runOperatorCommand } from "../command-line.ts";
import { terminalQuestion } from "../deploy/agree.ts";
import { deployImages, readStackLock } from "../deploy/deploy-images.ts";
import { type NotBefore, planRollback } from "../deploy/rollback-plan.ts";
import { declaredChecks } from "../stack/business-checks.ts";
import { type RollbackStep, stepsAfterRollback } from "../deploy/rollback-steps.ts";
import { OperatorCommand } from "../operator-command.ts";
import { sayDeployment } from "../screens/render-deployments.ts";
import { SshHost } from "../ssh/ssh.ts";
import { stackCatalog } from "../stack/stack-catalog.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";

await runOperatorCommand(async () => {
  const options = new OperatorCommand("rollback")
    .description(
      "Undoes deployments: the former images go into the stack's lock, and run again; data stay as they are.",
    )
    .option("--stack <name>", "the stack", "local")
    .option(
      "--to <number>",
      "undoes this deployment and all since (default: the newest release; ./kaleem deployments lists them)",
    )
    .addOption(
      new Option(
        "--within <time>",
        "the newest release only when it began so lately, such as 60m; for pipelines, which may have deployed nothing",
      ).conflicts("to"),
    )
    .option("--yes", "agrees to the plan, unless it puts data at risk")
    .option("--json", "the outcome as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<{ stack: string; to?: string; within?: string; yes?: true; json?: true }>();
  const stack = openStack(options.stack);
  const lock = await readStackLock(stack);
  const host = new SshHost((await readTarget(stack)).ssh);
  const list = await askAgent(host, {
    argv: ["deployments"],
    schema: deploymentListSchema,
    timeoutMs: 30_000,
  });
  const imageOf = new Map([...(await stackCatalog(stack)), nginx].map(({ name, image }) => [name, image]));
  const { undone, images } = planRollback(list, numberOf(options.to), imageOf, lately(options.within));
  const progress = terminalProgress();
  const steps: RollbackStep[] = [];
  const say = (step: RollbackStep): void => {
    steps.push(step);
    progress.note(`${step.ok ? "✓" : "✗"} ${step.name}: ${step.sentence}`);
  };
  for (const deployment of undone) progress.note(sayDeployment(deployment));
  const agreement = { yes: options.yes === true, replaceData: [], ask: terminalQuestion() };
  const switched: string[] = [];
  const up = await deployImages({ stack, progress, agreement }, lock, images, (sentence) => {
    switched.push(sentence);
    progress.note(sentence);
  });
  say({ name: "switch", ok: true, sentence: switched.join("; ") });
  const seconds = elapsedSeconds(up.phases);
  say({
    name: "deploy",
    ok: true,
    sentence: `the former images run and are healthy after ${seconds.toFixed(0)} s`,
  });
  const declared = await declaredChecks(stack);
  await stepsAfterRollback({ stack: stack.name, host, edge: up.edge, declared, seconds, onStep: say });
  const passed = steps.every(({ ok }) => ok);
  if (options.json === true)
    printAnswer(rollbackAnswer, {
      stack: stack.name,
      undone: [...undone],
      images: Object.fromEntries(images),
      passed,
      steps,
    });
  return passed ? exitCodes.ok : exitCodes.failed;
});

function lately(within: string | undefined): NotBefore | null {
  if (within === undefined) return null;
  try {
    const time = new Date(Date.now() - milliseconds(within as Duration));
    return { time, says: `the last ${within}` };
  } catch (error) {
    throw new RecoveryError(exitCodes.usage, `--within: ${sentenceOf(error)}`, { cause: error });
  }
}

function numberOf(word: string | undefined): number | null {
  if (word === undefined) return null;
  if (/^[1-9]\d{0,8}$/.test(word)) return Number(word);
  throw new RecoveryError(
    exitCodes.usage,
    `--to: expected the number of a deployment, got "${word}"; ./kaleem deployments lists them`,
  );
}
