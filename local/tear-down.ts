import { rm } from "node:fs/promises";
import { cloudUsers } from "./cloud/cloud-users.ts";
import { destroyCloud } from "./cloud/destroy-cloud.ts";
import type { StackInstance } from "./instance.ts";
import type { Progress } from "../workstation/progress.ts";
import { destroyMachine } from "./machine/destroy-machine.ts";

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
