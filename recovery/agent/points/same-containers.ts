import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import type { Docker } from "../../docker/docker.ts";
import type { Store } from "../../stores/store.ts";

/**
 * The containers that open clients talk to, as they are now.
 * @throws RecoveryError `storeDown` when a store was replaced meanwhile: its canary then proves nothing.
 */
export async function sameContainers(
  docker: Docker,
  open: readonly Pick<Store, "service" | "container">[],
): Promise<Store["container"][]> {
  return Promise.all(
    open.map(async ({ service, container }) => {
      const [now] = await docker.containersOf(service);
      if (now === undefined || now.id !== container.id || now.startedAt !== container.startedAt) {
        throw new RecoveryError(
          exitCodes.storeDown,
          `No point: store ${service} was restarted while the point was taken. The next point follows.`,
        );
      }
      return now;
    }),
  );
}
