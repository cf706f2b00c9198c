import type { Entry, Inventory } from "../../../catalog/inventory/inventory.ts";
import { InventoryRecorder } from "../../../catalog/inventory/recorder.ts";
import { hashOf } from "../../../catalog/inventory/set-digest.ts";
import { Tally, type TallyFacts } from "../../../catalog/inventory/tally.ts";

/** When the point's inventory is taken, in ms since 1970. */
export const takenAtMs = Date.parse("2026-11-21T14:00:00Z");

/** An item by its name; with `in`, one that goes by itself so many seconds after the inventory was taken. */
export interface MadeItem {
  readonly name: string;
  readonly in?: number;
}

/** The entry of these items. */
export function made(
  items: readonly MadeItem[],
  atMs: number,
  kind = "keys",
  facts: TallyFacts = { sample: "all" },
): Entry {
  const tally = new Tally(atMs);
  for (const { name, in: seconds } of items) {
    const dueMs = seconds === undefined ? undefined : takenAtMs + seconds * 1_000;
    tally.add({ bytes: name.length, hash: hashOf(name), dueMs });
  }
  return tally.entry(kind, facts);
}

/** An inventory of these entries, so many seconds after the point's. */
export function inventory(
  entries: Readonly<Record<string, Entry>>,
  afterSeconds = 0,
  store = "redis",
): Inventory {
  const recorder = new InventoryRecorder(store, { bytes: 1, ms: 1 }, () => takenAtMs + afterSeconds * 1_000);
  for (const [path, entry] of Object.entries(entries)) recorder.add(path, entry);
  return recorder.finish("1.0");
}

/** One that tells no more than that something was read: for what only passes it on. */
export const emptyInventory = (store: string): Inventory => ({
  format: 1,
  store,
  version: "1",
  takenAt: "2026-11-21T14:06:00.000Z",
  finishedAt: "2026-11-21T14:06:01.000Z",
  entries: {},
  coverage: { hashed: 3, of: 3, bytes: 9, sampled: false },
  leftOut: [],
});
