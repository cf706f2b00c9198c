/** `./kaleem dumps`: the portable dumps of a stack, here and off-site. Exit codes: see docs/exit-codes.md. */
import { dumpListSchema } from "../../recovery/agent/answers/dump-record.ts";
import { askAgent } from "../agent/agent.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { runOperatorCommand } from "../command-line.ts";
import { OperatorCommand } from "../operator-command.ts";
import { renderDumps } from "../screens/render-dumps.ts";
import { SshHost } from "../ssh/ssh.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";

interface DumpsOptions {
  readonly stack: string;
  readonly local?: true;
  readonly json?: true;
}

await runOperatorCommand(async () => {
  const { stack, local, json } = new OperatorCommand("dumps")
    .description("Lists the portable dumps of a stack, newest first.")
    .option("--stack <name>", "the stack", "local")
    .option("--local", "only those on the host: does not ask the off-site bucket")
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<DumpsOptions>();
  const host = new SshHost((await readTarget(openStack(stack))).ssh);
  const argv = local === true ? ["dumps"] : ["dumps", "--offsite"];
  const list = await askAgent(host, { argv, schema: dumpListSchema, timeoutMs: 300_000 });
  if (json === true) printAnswer(dumpListSchema, list);
  else process.stdout.write(`${renderDumps(list, new Date())}\n`);
  return 0;
});
