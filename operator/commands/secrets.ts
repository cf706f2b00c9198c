/**
 * `./kaleem secrets init | list | rotate NAME`: a stack's secrets, in its configuration and in what runs. No value is ever
 * printed, or given on a command line.
 * Exit codes: 0 done, 1 failed (the sentence says what to do; a rotation goes on when run again), 2 wrong arguments.
 */
import { json as readJson } from "node:stream/consumers";
import type { Command } from "commander";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { listSecrets, renderSecretList } from "../secrets/secret-list.ts";
import { planInit, renderInit } from "../secrets/plan-init.ts";
import { planRotation } from "../secrets/plan-rotation.ts";
import { rotate, type RotationReport } from "../secrets/rotate.ts";
import { rotationPorts } from "../secrets/rotation-ports.ts";
import { openSecretsStack } from "../secrets/secrets-stack.ts";
import { isYes, terminalQuestion } from "../deploy/agree.ts";
import { bringUp } from "../deploy/bring-up.ts";
import { withOperationLock } from "../deploy/operation-lock.ts";
import { SshHost } from "../ssh/ssh.ts";
import { openStack } from "../stack/stack.ts";
import { stackCatalog } from "../stack/stack-catalog.ts";
import { readTarget } from "../stack/target.ts";
import { generatedSecrets } from "../secrets/generated-secrets.ts";
import { runOperatorCommand } from "../command-line.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { secretInitAnswer, secretListAnswer, secretRotateAnswer } from "../answers/secrets-answer.ts";
import { OperatorCommand } from "../operator-command.ts";

interface Options {
  readonly stack: string;
  readonly offsiteOf?: string;
  readonly given?: true;
  readonly yes?: true;
  readonly json?: true;
}

const progress = terminalProgress();

await runOperatorCommand(async () => {
  const program = new OperatorCommand("secrets").description("A stack's secrets.").exitOverride();
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option("--stack <name>", "the stack", "local")
      .option("--json", "as JSON (docs/json.md)")
      .exitOverride();
  command("init", "generates every missing secret, and says which ones only you can set")
    .option("--given", "read issued values, such as the bucket's keys, as a JSON object from stdin")
    .option("--yes", "agrees to the stack's state being made where it is not there yet")
    .action(async (options: Options) => init(options));
  command("list", "lists the secrets, never a value").action(async (options: Options) => list(options));
  command(
    "rotate <name>",
    "changes one, in the running services too; issued ones are read as a JSON object from stdin",
  )
    .option("--offsite-of <stack>", "whose off-site bucket a local stack uses (default: its own)")
    .action(async (name: string, options: Options) => change(name, options));
  await program.parseAsync();
  return 0;
});

async function list({ stack, json }: Options): Promise<void> {
  const opened = openSecretsStack(openStack(stack), progress);
  const secrets = listSecrets(await stackCatalog(opened), await opened.present());
  if (json !== true) print(renderSecretList(stack, secrets));
  else
    printAnswer(secretListAnswer, {
      stack,
      secrets: secrets.map(({ usedBy, ...secret }) => ({ ...secret, usedBy: [...usedBy] })),
    });
}

async function init({ stack: name, given, yes, json }: Options): Promise<void> {
  const stack = openSecretsStack(openStack(name), progress, async (question) => {
    if (yes === true || isYes(await terminalQuestion()?.(`${question} [y/N] `))) return;
    throw new RecoveryError(
      exitCodes.usage,
      `secrets: ${question} Not agreed to; nothing was changed. Say yes, or add --yes.`,
    );
  });
  const handedIn = given === true ? await fromStdin() : new Map<string, string>();
  const catalog = await stackCatalog(stack);
  const plan = planInit(catalog, await stack.present(), [...handedIn.keys()]);
  const draw = generatedSecrets(catalog);
  const values = [
    ...plan.drawn.map((key) => [key, draw[key]?.() ?? ""] as const),
    ...plan.given.map((key) => [key, handedIn.get(key) ?? ""] as const),
  ];
  await stack.set(new Map(values));
  if (json !== true) print(renderInit(name, plan));
  else {
    const { kept, drawn, given: taken, toSet } = plan;
    printAnswer(secretInitAnswer, {
      stack: name,
      kept: [...kept],
      drawn: [...drawn],
      given: [...taken],
      toSet: [...toSet],
    });
  }
}

async function change(name: string, { stack: stackName, offsiteOf, json }: Options): Promise<void> {
  const opened = openStack(stackName, { offsiteOf });
  const catalog = await stackCatalog(opened);
  planRotation(name, catalog); // An unknown name is refused before anything is looked for.
  const stack = openSecretsStack(opened, progress);
  const { ssh } = await readTarget(stack);
  const ports = rotationPorts({
    name,
    catalog,
    stack,
    host: new SshHost(ssh),
    up: async () => {
      await bringUp({ stack, progress, rotating: true });
    },
    given: () => fromStdin(),
  });
  const rotation = () => rotate(name, catalog, ports, progress);
  const report = await withOperationLock(ssh, "rotation", rotation);
  if (json !== true) print(render(report));
  else printAnswer(secretRotateAnswer, { ...report, stack: stackName, names: [...report.names] });
}

async function fromStdin(): Promise<ReadonlyMap<string, string>> {
  if (process.stdin.isTTY)
    throw new Error(
      'secrets: issued values are read from stdin, such as {"offsite-access-key-id": "…", "offsite-secret-access-key": "…"}: ' +
        "redirect a file that only you can read, and remove it afterwards",
    );
  const parsed = z.record(z.string(), z.string().min(1)).safeParse(await readJson(process.stdin));
  if (parsed.success) return new Map(Object.entries(parsed.data));
  throw new Error("secrets: expected a JSON object of names and texts on stdin, got something else");
}

function render({ names, seconds, point, formerRefused }: RotationReport): string {
  const former = formerRefused === true ? " The store refuses the former one." : "";
  return (
    `${names.join(" and ")} changed in ${seconds.toFixed(1)} s.${former} ${point === "" ? "The point of the interrupted run" : `Point ${point}`} and the stack file off-site have the new one; ` +
    "older points restore as before: a restore sets the stores' users to the current secrets.\n" +
    "A recovery kit written before still opens the bucket, unless the bucket's keys changed: then write a new one (./kaleem kit)."
  );
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
