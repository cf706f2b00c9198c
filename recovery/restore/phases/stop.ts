import { enginesOf } from "../verify/check-manifest.ts";
import type { Phase } from "./phase.ts";
import type { RestorePorts } from "./ports.ts";
import { waitUntil } from "./wait-until.ts";

/** Longer than any store's grace period. */
const stopLimitMs = 180_000;

/** Stops the stores and waits until their containers are gone: nothing may hold the directories that are moved next. */
export const stopStores: Phase = async ({ ports }) => {
  const engines = enginesOf(ports.stores);
  for (const store of engines) await ports.services.scale(store.name, 0);
  await waitUntil(ports, "the stores did not stop", stopLimitMs, async () => {
    const running = await runningStores(ports);
    return running.length === 0 ? null : `${running.join(", ")} still running`;
  });
  return { detail: `${engines.map((store) => store.name).join(" and ")} stopped` };
};

/** Stores that have a container on this host; applications that keep files too, which were closed with the others. */
export async function runningStores(ports: RestorePorts): Promise<string[]> {
  const running: string[] = [];
  for (const store of ports.stores) {
    if ((await ports.services.containers(store.name)).length > 0) running.push(store.name);
  }
  return running;
}
