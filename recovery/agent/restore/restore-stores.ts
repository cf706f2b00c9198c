import type { StatefulDefinition } from "../../../catalog/definition.ts";
import type { StoresPort } from "../../restore/phases/ports.ts";
import { unlockStore } from "./maintenance-start.ts";
import { StoreRefused } from "../../stores/store-channel.ts";
import { openStore, type Store, type StoreOpening } from "../../stores/store.ts";

/** The stores, each question over a connection of its own: a store may have been restarted since the last one. */
export function restoredStores(
  opening: StoreOpening,
  definitions: readonly StatefulDefinition[],
): StoresPort {
  const ask = async <Value>(name: string, question: (store: Store) => Promise<Value>): Promise<Value> => {
    const store = await openStore(name, opening);
    try {
      return await question(store);
    } finally {
      await store.close();
    }
  };
  return {
    async resetUsers(name) {
      try {
        await ask(name, (store) => store.resetUsers());
      } catch (error) {
        const definition = definitions.find((one) => one.name === name);
        if (!(error instanceof StoreRefused) || definition === undefined) throw error;
        // The point is older than the administrator's password.
        await unlockStore(definition, opening);
        throw error;
      }
    },
    canary: (name) => ask(name, (store) => store.readCanary()),
    version: (name) => ask(name, (store) => store.version()),
  };
}
