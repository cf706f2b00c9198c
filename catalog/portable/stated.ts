import { z } from "zod";
import type { Entry, Inventory } from "../inventory/inventory.ts";

/** What a file says of one thing that it holds, by the path that an inventory has for it. */
export const statedSchema = z.strictObject({
  /** As in `Inventory.entries`. */
  path: z.string(),
  /** What the things of this kind are called, in the plural, such as `documents`. */
  kind: z.string(),
  /** How many items it holds; left out where it is one thing. */
  count: z.int().nonnegative().optional(),
  /** How many of them may be gone by the time they are looked at, such as those with an expiry. */
  mayGo: z.int().nonnegative().optional(),
  /** How many more there may be, which are the platform's own. */
  own: z.int().nonnegative().optional(),
  /** Digest of all items, as an inventory makes it; left out where the file does not give it. */
  sum: z.string().optional(),
  /** How it is made; options that are not named here may be anything. */
  options: z.record(z.string(), z.string()).optional(),
});
export type Stated = z.infer<typeof statedSchema>;

/** Where a store differs from what the file says, a sentence each without full stop; empty when it agrees. Pure. */
export function differencesFrom(stated: readonly Stated[], inventory: Inventory): readonly string[] {
  return stated.flatMap((one) => {
    const entry = inventory.entries[one.path];
    return entry === undefined
      ? one.count === 0 || (one.count !== undefined && one.count === one.mayGo)
        ? []
        : [`${one.path}: missing`]
      : differences(one, entry);
  });
}

/** What is said of these paths, and of what lies below them. Pure. */
export function statedBelow(stated: readonly Stated[], paths: readonly string[]): Stated[] {
  return stated.filter(({ path }) => paths.some((one) => path === one || path.startsWith(`${one}/`)));
}

/** Items of an entry, those that go by themselves included; null when they could not be counted. */
export function itemsOf(entry: Entry): number | null {
  if (entry.count === null || entry.count === undefined) return null;
  return (entry.goes?.windows ?? []).reduce((sum, { count }) => sum + count, entry.count);
}

function differences(stated: Stated, entry: Entry): readonly string[] {
  const { path, count, mayGo = 0, own = 0, sum, options = {} } = stated;
  const found: string[] = [];
  for (const [name, wanted] of Object.entries(options)) {
    const got = entry.options?.[name];
    if (got !== wanted) found.push(`${path}: ${name} is ${got ?? "not set"}, and ${wanted} in the file`);
  }
  if (count === undefined) return found;
  const items = itemsOf(entry);
  if (items === null) return [...found, `${path}: could not be counted in time`];
  if (items > count + own || items < count - mayGo)
    return [...found, `${path}: ${items} ${stated.kind}, and ${count} in the file`];
  const comparable = entry.digest?.sample === "all" && entry.goes === undefined && items === count;
  if (sum !== undefined && comparable && entry.digest?.sum !== sum)
    found.push(`${path}: ${items} ${stated.kind}, of another content than in the file`);
  return found;
}
