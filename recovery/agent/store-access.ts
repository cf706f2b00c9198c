import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { Container } from "../docker/container.ts";
import { openStore, type Store } from "../stores/store.ts";
import type { AgentContext } from "./context.ts";

/** The store's task on this host. @throws RecoveryError `storeDown` */
export async function taskOf({ docker }: Pick<AgentContext, "docker">, store: string): Promise<Container> {
  const [container] = await docker.containersOf(store);
  if (container !== undefined) return container;
  throw new RecoveryError(exitCodes.storeDown, `Store ${store} does not run on this host.`);
}

/** Opens a store, hands it over, and closes it whatever happens. */
export async function withStore<T>(
  { opening }: Pick<AgentContext, "opening">,
  name: string,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(name, { ...opening, timeoutMs: 60_000 });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
