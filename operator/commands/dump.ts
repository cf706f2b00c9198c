/** `./kaleem dump`: dumps stores now, and starts to ship the dumps. Exit codes: see docs/exit-codes.md. */
import { size } from "../../recovery/host/log.ts";
import { dumpResult } from "../../recovery/agent/answers/dump-record.ts";
import { askAgent } from "../agent/agent.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { runOperatorCommand } from "../command-line.ts";
import { OperatorCommand } from "../operator-command.ts";
import { SshHost } from "../ssh/ssh.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";

interface DumpOptions {
  readonly stack: string;
  readonly store?: readonly string[];
  readonly ship: boolean;
  readonly json?: true;
}

const limitMs = 24 * 3_600_000;

await runOperatorCommand(async () => {
  const {
    stack,
    store = [],
    ship,
    json,
  } = new OperatorCommand("dump")
    .description(
      "Dumps stores now, one after the other, in the form that their own tools load: into the repository on the host, and from there off-site.",
    )
    .option("--stack <name>", "the stack", "local")
    .option("--store <names...>", "only these; configs are the host's own files")
    .option("--no-ship", "leave shipping to the next dump, or to its timer")
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<DumpOptions>();
  const host = new SshHost((await readTarget(openStack(stack))).ssh);
  const result = await askAgent(host, {
    argv: ["take-dumps", ...store],
    schema: dumpResult,
    timeoutMs: limitMs,
    onLog: (line) => void process.stderr.write(`  ${line}\n`),
  });
  if (ship)
    await host.run(["systemctl", "start", "--no-block", "kaleem-ship-dumps.service"], { timeoutMs: 30_000 });
  if (json === true) printAnswer(dumpResult, result);
  else
    for (const { source, id, bytes, bytesAdded, seconds } of result.taken)
      process.stdout.write(
        `${source}: ${id}, ${size(bytes)}, ${size(bytesAdded)} new, in ${seconds} s${ship ? "; on its way off-site" : ""}\n`,
      );
  return 0;
});
