import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import { enginesOf } from "../verify/check-manifest.ts";
import type { Phase } from "./phase.ts";
import type { RestorePorts } from "./ports.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import { waitUntil } from "./wait-until.ts";

/** A store's own crash recovery counts into this. */
const healthyLimitMs = 900_000;

/** Waits until every store has exactly one container and that one is healthy by its own health command. */
export const startStores: Phase = async ({ ports }) => {
  try {
    await waitUntil(ports, "the stores did not become healthy", healthyLimitMs, () => firstUnready(ports));
  } catch (error) {
    const way = `See "docker service ps" and "docker service logs" on the host; then repeat the restore`;
    throw new RecoveryError(exitCodes.storeDown, `${sentenceOf(error)}. ${way}.`, { cause: error });
  }
  return {
    detail: `${enginesOf(ports.stores)
      .map((store) => store.name)
      .join(" and ")} healthy`,
  };
};

async function firstUnready(ports: RestorePorts): Promise<string | null> {
  for (const { name } of enginesOf(ports.stores)) {
    const containers = await ports.services.containers(name);
    if (containers.length !== 1) return `${name} has ${containers.length} containers`;
    const health = containers[0]?.health;
    if (health !== "healthy") return `${name} is ${health ?? "gone"}`;
  }
  return null;
}
