/**
 * `npm run down`: removes all that `up` made for a stack: its machine with its disks, its cloud when no other stack
 * uses it, its state and secrets. The off-site copies of a local stack go with it: it is for trying things out.
 * Exit codes: 0 removed (or nothing was there), 1 failed, 2 wrong arguments.
 */
import { existsSync } from "node:fs";
import { Command } from "commander";
import { stackInstance, thisRepository } from "../../local/instance.ts";
import { probeDaemon } from "../../local/prerequisites/docker-daemon.ts";
import { thisMachine } from "../../local/prerequisites/machine.ts";
import { stopDaemonWeStarted } from "../../local/prerequisites/start-daemon.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { tearDown } from "../../local/tear-down.ts";
import { runCommandLine } from "../command-errors.ts";

await runCommandLine(async () => {
  const program = new Command("down")
    .description("Removes all that `up` made for a stack, data and off-site copies included.")
    .option("--stack <name>", "the stack", "local")
    .option("--cloud <name>", "its cloud (default: the stack's own)")
    .exitOverride()
    .parse();
  const { stack, cloud } = program.opts<{ stack: string; cloud?: string }>();
  const instance = stackInstance(thisRepository(), stack, cloud);
  const progress = terminalProgress();
  const machine = thisMachine();
  const left = [instance.folder, instance.cloud.folder].some((folder) => existsSync(folder));
  // An earlier `down` has stopped the daemon that `up` had started: what is gone already needs no daemon to be removed.
  if (!left && (await probeDaemon(machine)).kind !== "answers") {
    console.log(`stack ${stack}: nothing was there`);
    return 0;
  }
  await tearDown(instance, progress);
  await progress.step("docker daemon", async (report) => {
    report(await stopDaemonWeStarted(machine));
  });
  return 0;
});
