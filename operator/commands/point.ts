/** `./kaleem point`: takes a recovery point now, and starts to ship it. Exit codes: see docs/exit-codes.md. */
import type { z } from "zod";
import { askAgent } from "../agent/agent.ts";
import { runOperatorCommand } from "../command-line.ts";
import { pointAnswer } from "../answers/point-answer.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { OperatorCommand } from "../operator-command.ts";
import { SshHost } from "../ssh/ssh.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";

interface PointOptions {
  readonly stack: string;
  readonly ship: boolean;
  readonly json?: true;
}

await runOperatorCommand(async () => {
  const { stack, ship, json } = new OperatorCommand("point")
    .description("Takes a recovery point now.")
    .option("--stack <name>", "the stack", "local")
    .option("--no-ship", "leave shipping to the next point, or to its timer")
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse()
    .opts<PointOptions>();
  const host = new SshHost((await readTarget(openStack(stack))).ssh);
  const onLog = (line: string): void => void process.stderr.write(`  ${line}\n`);
  const taken = await askAgent(host, { argv: ["point"], schema: pointAnswer, timeoutMs: 3_600_000, onLog });
  if (ship)
    await host.run(["systemctl", "start", "--no-block", "kaleem-ship.service"], { timeoutMs: 30_000 });
  if (json === true) printAnswer(pointAnswer, taken);
  else process.stdout.write(`${render(taken, ship)}\n`);
  return 0;
});

function render(
  { point, pauseMs, totalMs, bytes, bytesAdded }: z.infer<typeof pointAnswer>,
  ship: boolean,
): string {
  const megabytes = (count: number): string => `${(count / 1e6).toFixed(1)} MB`;
  const what = `point ${point}: ${megabytes(bytes)}, ${megabytes(bytesAdded)} new, in ${(totalMs / 1000).toFixed(1)} s; stores paused for ${pauseMs} ms`;
  return `${what}${ship ? "; on its way off-site" : ""}`;
}
