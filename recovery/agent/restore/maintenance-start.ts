import { setTimeout as delay } from "node:timers/promises";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { milliseconds } from "../../../catalog/quantities.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { storeSecrets } from "../commands/store.ts";
import type { Docker } from "../../docker/docker.ts";
import { StoreChannel } from "../../stores/store-channel.ts";
import type { StoreOpening } from "../../stores/store.ts";

/** Of a store whose crash recovery is done already, since its regular task has answered. */
const answerLimitMs = 120_000;
const lookMs = 500;

/**
 * Gives a store's administrator its present password, which its data does not know yet: stops the regular task, starts the
 * same image on the same files without passwords and without a network, sets the password, and starts the regular task
 * again. Called while applications and customers are kept away.
 * @throws RecoveryError `storeDown` when the store has no such start, or does not answer in it.
 */
export async function unlockStore(definition: StatefulDefinition, opening: StoreOpening): Promise<void> {
  const { docker } = opening;
  const { maintenance } = definition.recovery;
  const [task] = await docker.containersOf(definition.name);
  if (maintenance === undefined || task === undefined) return;
  const secrets = await storeSecrets(definition, task.pid);
  await docker.scale(definition.name, 0);
  try {
    await goneWithin(definition, async () => (await docker.containersOf(definition.name)).length === 0);
    const id = await docker.startAlone({
      name: `kaleem-maintenance-${definition.name}`,
      image: task.image,
      user: definition.user,
      hostname: definition.name,
      args: maintenance.args,
      binds: Object.entries(definition.data).map(
        ([inside, directory]) => `${layout.live}/${directory}:${inside}`,
      ),
    });
    try {
      await unlockWithin(definition, id, secrets, opening);
      await endTidily(definition, id, docker);
    } finally {
      await docker.removeContainer(id);
    }
  } finally {
    await docker.scale(definition.name, 1);
  }
}

async function unlockWithin(
  { name }: StatefulDefinition,
  id: string,
  secrets: Readonly<Record<string, string>>,
  opening: StoreOpening,
): Promise<void> {
  const deadline = Date.now() + answerLimitMs;
  for (;;) {
    const { pid, running } = await opening.docker.inspectContainer(id);
    if (!running)
      throw new RecoveryError(
        exitCodes.storeDown,
        `Store ${name} ended in its maintenance start: see \`journalctl -u docker\`.`,
      );
    const channel = new StoreChannel(name, pid, { ...opening, timeoutMs: answerLimitMs }, secrets);
    try {
      await channel.answer();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    } finally {
      await channel.close();
    }
    await delay(lookMs);
  }
}

/** Its files are closed as by any stop. */
async function endTidily(definition: StatefulDefinition, id: string, docker: Docker): Promise<void> {
  await docker.kill(id, "SIGTERM");
  await goneWithin(definition, async () => !(await docker.inspectContainer(id)).running);
}

async function goneWithin(
  { name, stopGrace }: StatefulDefinition,
  gone: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + milliseconds(stopGrace) + 30_000;
  while (!(await gone())) {
    if (Date.now() > deadline)
      throw new RecoveryError(
        exitCodes.storeDown,
        `Store ${name} did not stop within its grace of ${stopGrace}.`,
      );
    await delay(lookMs);
  }
}
