/**
 * `./kaleem down`: removes all that `up` made for a stack: its machine with its disks, its cloud when no other stack
 * uses it, its state and secrets. The off-site copies of a local stack go with it: it is for trying things out.
 * Exit codes: 0 removed (or nothing was there), 1 failed, 2 wrong arguments.
 */
import { terminalProgress } from "../../workstation/progress.ts";
import { openPlace } from "../stack/open-place.ts";
import { openStack } from "../stack/stack.ts";
import { runOperatorCommand } from "../command-line.ts";
import { OperatorCommand } from "../operator-command.ts";

await runOperatorCommand(async () => {
  const program = new OperatorCommand("down")
    .description("Removes everything that `up` created for a stack, including its data and off-site copies.")
    .option("--stack <name>", "the stack", "local")
    .option("--offsite-of <stack>", "whose off-site bucket it uses (default: its own)")
    .exitOverride()
    .parse();
  const { stack, offsiteOf } = program.opts<{ stack: string; offsiteOf?: string }>();
  const place = await openPlace(openStack(stack, { offsiteOf }));
  await place.remove(terminalProgress());
  return 0;
});
