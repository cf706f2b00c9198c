import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Progress } from "../workstation/progress.ts";
import { cloudUsers } from "./cloud/cloud-users.ts";
import { destroyCloud } from "./cloud/destroy-cloud.ts";
import type { StackInstance } from "./instance.ts";
import { destroyMachine } from "./machine/destroy-machine.ts";
import { ensurePrerequisites } from "./prerequisites/ensure-prerequisites.ts";
import { probeDaemon } from "./prerequisites/docker-daemon.ts";
import { thisMachine } from "./prerequisites/machine.ts";
import { stopDaemonWeStarted } from "./prerequisites/start-daemon.ts";

/**
 * Removes all that `up` made for a stack: its machine with its disks, its state and secrets, and its cloud when no other
 * stack uses it. The off-site copies of a local stack go with its cloud: it is for trying things out.
 */
export async function tearDown(instance: StackInstance, progress: Progress): Promise<void> {
  await progress.step(`machine of stack ${instance.stack}`, async (report) => {
    report((await destroyMachine(instance)) ? "removed" : "was not there");
  });
  await progress.step(`cloud ${instance.cloud.name}`, async (report) => {
    const users = await cloudUsers(instance);
    if (users.length > 0) report(`kept: ${users.join(", ")} uses it`);
    else report((await destroyCloud(instance)) ? "removed" : "was not there");
  });
  await rm(instance.folder, { recursive: true, force: true });
}

/** The same, and Docker's daemon too when it was started here and nobody has a container left. */
export async function tearDownWithDaemon(instance: StackInstance, progress: Progress): Promise<void> {
  const machine = thisMachine();
  const left = [instance.folder, instance.cloud.folder].some((folder) => existsSync(folder));
  // An earlier `down` has stopped the daemon that `up` had started: what is gone already needs no daemon to be removed.
  if (!left && (await probeDaemon(machine)).kind !== "answers") {
    progress.note(`stack ${instance.stack}: nothing was there`);
    return;
  }
  await ensurePrerequisites(progress, ["up"]);
  await tearDown(instance, progress);
  await progress.step("docker daemon", async (report) => {
    report(await stopDaemonWeStarted(machine));
  });
}
