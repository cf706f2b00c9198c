import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import type { Inventory, InventoryRequest } from "../../../catalog/inventory/inventory.ts";
import { docker } from "../../../local/images/docker.ts";
import { compareInventories } from "../../../recovery/proof/compare-inventories.ts";
import type { StoreContainer, StoreContainers } from "./store-container.ts";

/** One change of a store's data, and the names of all that a comparison has to say of it. */
export interface Alteration<Client> {
  readonly what: string;
  readonly change: (client: Client) => Promise<unknown>;
  readonly undo: (client: Client) => Promise<unknown>;
  readonly named: readonly string[];
}

/** What a trial is made in: a store with data, on a volume. */
export interface Trial<Client> {
  readonly definition: StatefulDefinition;
  readonly containers: StoreContainers;
  readonly image: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly populate: (client: Client) => Promise<unknown>;
  readonly alterations: readonly Alteration<Client>[];
}

const whole: InventoryRequest = { bytes: 2 ** 30, ms: 60_000, disposable: true };

/** A store's inventory, within these limits. */
export async function take(
  { definition }: Pick<Trial<never>, "definition">,
  store: StoreContainer,
  request: Partial<InventoryRequest> = {},
): Promise<Inventory> {
  return store.use((client) => definition.recovery.inventory(client, { ...whole, ...request }));
}

/**
 * Fills a store, takes its inventory, and holds against it what the same image finds in a copy of its files, as after a crash: nothing
 * may be said. Then makes each alteration alone: exactly what it is expected to be called must be said, and nothing after it is undone.
 */
export async function tryInventory<Client>(
  trial: Trial<Client>,
): Promise<{ wanted: Inventory; store: StoreContainer }> {
  const { definition, containers, image, secrets } = trial;
  const volume = await containers.volume();
  const first = await containers.create(definition, image, volume, secrets);
  await first.start();
  await first.use(async (client) => {
    await definition.recovery.setup(client);
    await trial.populate(client as Client);
  });
  // Engines that sync by the clock, such as Redis every second, have done so.
  await delay(1_500);
  const copy = await stillCopy(containers, first, volume);
  const store = await containers.create(definition, image, copy, secrets);
  await store.start();
  const wanted = await take(trial, first, {});
  assert.deepEqual(named(wanted, await take(trial, store, { like: wanted })), []);
  for (const { what, change, undo, named: expected } of trial.alterations) {
    await store.use((client) => change(client as Client));
    assert.deepEqual(named(wanted, await take(trial, store, { like: wanted })), [...expected].sort(), what);
    await store.use((client) => undo(client as Client));
  }
  assert.deepEqual(named(wanted, await take(trial, store, { like: wanted })), []);
  return { wanted, store };
}

/** As a point copies it: while nothing in it moves. */
async function stillCopy(
  containers: StoreContainers,
  { id }: StoreContainer,
  volume: string,
): Promise<string> {
  await docker(["pause", id]);
  try {
    return await containers.copyOf(volume);
  } finally {
    await docker(["unpause", id]);
  }
}

/** Names of what a comparison finds. */
export function named(wanted: Inventory, found: Inventory): string[] {
  return compareInventories(wanted, found).findings.map(({ name }) => name);
}
