/**
 * `./kaleem status`: what is up, what would be lost now, how long a restore would take, when that was last proven.
 * Works without the host too, from the bucket alone. Exit codes: see docs/exit-codes.md.
 */
import { exitCodes } from "../../contract/exit-codes.ts";
import { askAgent } from "../agent/agent.ts";
import { agentStatusSchema } from "../../recovery/agent/answers/agent-status.ts";
import { runOperatorCommand } from "../command-line.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { deadHostAnswer } from "../answers/status-answer.ts";
import { OperatorCommand } from "../operator-command.ts";
import { dataDiskOf } from "../stack/data-disk.ts";
import { lookOffsite } from "../stack/look-offsite.ts";
import { renderDeadHost, renderStatus } from "../screens/render-status.ts";
import { SshError } from "../ssh/ssh-error.ts";
import { SshHost } from "../ssh/ssh.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";

interface StatusOptions {
  readonly stack: string;
  readonly keyFile?: string;
  readonly json?: true;
}

await runOperatorCommand(async () => {
  const { stack, keyFile, json } = new OperatorCommand("status")
    .description("Shows what runs, what would be lost now, and when recovery was last proven.")
    .option("--stack <name>", "the stack", "local")
    .option(
      "--key-file <file>",
      "keys of the off-site bucket (JSON or AWS credentials file), for a host that is gone",
    )
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<StatusOptions>();
  const opened = openStack(stack);
  const target = await readTarget(opened);
  try {
    const host = new SshHost(target.ssh);
    const status = await askAgent(host, { argv: ["status"], schema: agentStatusSchema, timeoutMs: 60_000 });
    if (json === true) printAnswer(agentStatusSchema, status);
    else process.stdout.write(`${renderStatus(status, opened.kind, await dataDiskOf(opened))}\n`);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof SshError)) throw error;
    const view = { trouble: error.message, head: await lookOffsite(target.offsite, keyFile) };
    if (json === true) printAnswer(deadHostAnswer, view);
    else process.stdout.write(`${renderDeadHost(stack, view, new Date())}\n`);
    return exitCodes.hostUnreachable;
  }
});
