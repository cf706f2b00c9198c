import { sentenceOf } from "../../../../contract/sentence-of.ts";
import { waitUntil } from "../../../../contract/wait-until.ts";
import { formatDuration } from "../duration.ts";
import type { Swarm } from "./swarm.ts";

/** Docker kills what ignores SIGTERM when the grace is over; removing the container takes a moment more. */
const removalMilliseconds = 30_000;

/** A service to be removed. */
export interface RemovableService {
  readonly id: string;
  /** What its tasks are looked for by. */
  readonly name: string;
  /** Its stop grace period. */
  readonly graceNanoseconds: number;
}

/** Removes a service and waits until its containers are gone, so that its networks, secrets and volumes are free. */
export async function removeService(
  swarm: Swarm,
  service: RemovableService,
  signal: AbortSignal,
): Promise<void> {
  // As the official plugin: a service with a grace period is looked for by name first, and is an error when it is gone.
  const listed =
    service.graceNanoseconds > 0 ? await swarm.tasks(service.name) : await tasksOrNone(swarm, service.id);
  const containers = listed.filter((task) => task.containerId !== "").map((task) => task.containerId);
  try {
    await swarm.remove(service.id);
  } catch (error) {
    const why = sentenceOf(error);
    throw new Error(`Error deleting service with ID '${service.id}': ${why}`, { cause: error });
  }
  const areGone = async (): Promise<boolean> => {
    for (const container of containers) if (await swarm.hasContainer(container)) return false;
    return true;
  };
  const grace = formatDuration(service.graceNanoseconds);
  await waitUntil(areGone, {
    limitMs: service.graceNanoseconds / 1e6 + removalMilliseconds,
    everyMs: 250,
    signal,
    late: () =>
      `the service is removed, but its containers are still there 30s after their grace of ${grace}`,
  });
}

async function tasksOrNone(swarm: Swarm, id: string): ReturnType<Swarm["tasks"]> {
  return (await swarm.find(id)) === undefined ? [] : await swarm.tasks(id);
}
