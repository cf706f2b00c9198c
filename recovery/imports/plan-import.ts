import type { Inventory } from "../../catalog/inventory/inventory.ts";
import type { PortableSource } from "../../catalog/portable/portable.ts";
import { itemsOf } from "../../catalog/portable/stated.ts";
import type { ImportPlan } from "./request.ts";

/** What of a file's content is in the store now, under the same names. Pure. */
export function replacedBy(source: PortableSource, inventory: Inventory): ImportPlan["replaced"] {
  const counted = source.stated.filter(({ path }) => inventory.entries[path] !== undefined);
  return counted.map(({ path, kind, count }) => {
    const entry = inventory.entries[path];
    return {
      store: source.store,
      path,
      kind,
      now: entry === undefined ? null : itemsOf(entry),
      file: count ?? null,
    };
  });
}

/** Sources that no store here can take, a sentence each. Pure. */
export function judgeStores(
  sources: readonly PortableSource[],
  stores: readonly { readonly name: string; readonly importable: boolean }[],
): readonly string[] {
  return sources.flatMap(({ store, name }) => {
    const found = stores.find((one) => one.name === store);
    if (found === undefined)
      return [`${store}: ${name} cannot be imported: this stack has no ${store}; leave it out with --store`];
    if (!found.importable)
      return [`${store}: ${name} cannot be imported by this agent: run ./kaleem up, and import again`];
    return [];
  });
}
