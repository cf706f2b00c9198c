import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { layout } from "../../../contract/layout.ts";
import { storeSecrets } from "../commands/store.ts";
import { endTidily, goneWithin, unlockLone } from "../../stores/lone-start.ts";
import type { StoreOpening } from "../../stores/store.ts";

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
      await unlockLone(definition, id, secrets, docker, opening);
      await endTidily(definition, id, docker);
    } finally {
      await docker.removeContainer(id);
    }
  } finally {
    await docker.scale(definition.name, 1);
  }
}
