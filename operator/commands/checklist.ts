/**
 * `./kaleem checklist [daily|weekly|monthly|half-year]`: what is to be looked at, as Markdown in Arabic and English, with what the host answers by
 * itself ticked. Exit codes: see docs/exit-codes.md; 1 when the host has recorded that something is not as it should be.
 */
import { Argument } from "commander";
import { exitCodes } from "../../contract/exit-codes.ts";
import { agentStatusSchema } from "../../recovery/agent/answers/agent-status.ts";
import { askAgent } from "../agent/agent.ts";
import { makeChecklist, periods, type Period } from "../checklist/checklist.ts";
import { renderChecklist } from "../checklist/render-checklist.ts";
import { runOperatorCommand } from "../command-line.ts";
import { OperatorCommand } from "../operator-command.ts";
import { SshHost } from "../ssh/ssh.ts";
import { stackCatalog } from "../stack/stack-catalog.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";

await runOperatorCommand(async () => {
  const program = new OperatorCommand("checklist")
    .description("Prints what is to be looked at, with what the host answers by itself ticked.")
    .addArgument(new Argument("[period]", "how often it is gone through").choices(periods).default("daily"))
    .option("--stack <name>", "the stack", "local")
    .exitOverride()
    .parse();
  const { stack } = program.opts<{ readonly stack: string }>();
  const [period] = program.processedArgs as [Period];
  const opened = openStack(stack);
  const host = new SshHost((await readTarget(opened)).ssh);
  const status = await askAgent(host, { argv: ["status"], schema: agentStatusSchema, timeoutMs: 60_000 });
  const stores = (await stackCatalog(opened)).flatMap((service) =>
    service.kind === "stateful" && service.name in status.stores ? [service] : [],
  );
  const items = makeChecklist(period, { status, stores });
  process.stdout.write(renderChecklist(period, status, items));
  return items.some(({ state }) => state === "open") ? exitCodes.failed : exitCodes.ok;
});
