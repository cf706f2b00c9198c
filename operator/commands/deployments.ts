/** `./kaleem deployments`: which services were given which images, as the host saw it. Exit codes: see docs/exit-codes.md. */
import { deploymentListSchema } from "../../recovery/agent/answers/deployment-list.ts";
import { askAgent } from "../agent/agent.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { runOperatorCommand } from "../command-line.ts";
import { OperatorCommand } from "../operator-command.ts";
import { renderDeployments } from "../screens/render-deployments.ts";
import { SshHost } from "../ssh/ssh.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";

await runOperatorCommand(async () => {
  const { stack, json } = new OperatorCommand("deployments")
    .description("Lists the deployments that the host has seen, newest first, whoever made them.")
    .option("--stack <name>", "the stack", "local")
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<{ stack: string; json?: true }>();
  const host = new SshHost((await readTarget(openStack(stack))).ssh);
  const list = await askAgent(host, {
    argv: ["deployments"],
    schema: deploymentListSchema,
    timeoutMs: 30_000,
  });
  if (json === true) printAnswer(deploymentListSchema, list);
  else process.stdout.write(`${renderDeployments(list, new Date())}\n`);
  return 0;
});
