/** `./kaleem points`: the recovery points of a stack, here and off-site. Exit codes: see docs/exit-codes.md. */
import { askAgent } from "../agent/agent.ts";
import { runOperatorCommand } from "../command-line.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { OperatorCommand } from "../operator-command.ts";
import { pointListSchema } from "../../recovery/agent/answers/listed-point.ts";
import { renderPoints } from "../screens/render-points.ts";
import { SshHost } from "../ssh/ssh.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";

interface PointsOptions {
  readonly stack: string;
  readonly local?: true;
  readonly json?: true;
}

await runOperatorCommand(async () => {
  const { stack, local, json } = new OperatorCommand("points")
    .description("Lists the recovery points of a stack, newest first.")
    .option("--stack <name>", "the stack", "local")
    .option("--local", "only those on the host: does not ask the off-site bucket")
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<PointsOptions>();
  const host = new SshHost((await readTarget(openStack(stack))).ssh);
  const argv = local === true ? ["points"] : ["points", "--offsite"];
  const list = await askAgent(host, { argv, schema: pointListSchema, timeoutMs: 180_000 });
  if (json === true) printAnswer(pointListSchema, list);
  else process.stdout.write(`${renderPoints(list, new Date())}\n`);
  return 0;
});
