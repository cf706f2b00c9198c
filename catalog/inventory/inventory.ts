import { z } from "zod";

/*
 * What a store holds at one moment, told in a form that two moments can be compared by. It holds names, counts and digests, never
 * content and never a secret, and does not grow with the data: the store's content is one entry per collection, not per document.
 */

/** Which items of an entry's content were hashed: all; the first and last so many in their order; or one in so many, chosen by their names. */
const sample = z.union([
  z.literal("all"),
  z.strictObject({ first: z.int().nonnegative(), last: z.int().nonnegative() }),
  z.strictObject({ oneIn: z.int().min(2) }),
]);
export type Sample = z.infer<typeof sample>;

const digest = z.strictObject({
  /** Sum of the items' SHA-256, modulo 2^256, in hexadecimal: the same in whatever order they are read. */
  sum: z.string().regex(/^[0-9a-f]{64}$/),
  sample,
  /** How many items were hashed, and their bytes. */
  hashed: z.int().nonnegative(),
  bytes: z.number().nonnegative(),
});
export type Digest = z.infer<typeof digest>;

/** Items that go by themselves within one span of time, due from `from` (ms since 1970) for `widthMs`. */
const dueWindow = z.strictObject({
  /** Null for what was overdue when the inventory was taken, and may be gone at any moment. */
  from: z.number().nullable(),
  widthMs: z.number().nonnegative(),
  count: z.int().nonnegative(),
  sum: z.string(),
});
export type DueWindow = z.infer<typeof dueWindow>;

const goes = z.strictObject({
  /** Such as `keys with an expiry`. */
  why: z.string(),
  windows: z.array(dueWindow),
});
export type Goes = z.infer<typeof goes>;

const entry = z.strictObject({
  /** The family that a finding about it is called by, such as `keys`. */
  kind: z.string(),
  /** How it is made: name of the option → its value as text. */
  options: z.record(z.string(), z.string()).optional(),
  /** Items that do not go by themselves; null when they could not be counted in time. Those that do are in `goes`. */
  count: z.int().nonnegative().nullable().optional(),
  /** Size of those items, where the store tells it for all of them. */
  bytes: z.number().nonnegative().optional(),
  /** Absent where nothing of the content was hashed. Covers the same items as `count`. */
  digest: digest.optional(),
  goes: goes.optional(),
  /** The entry as a whole may be gone: why, and from when. */
  mayGo: z.strictObject({ why: z.string(), from: z.iso.datetime() }).optional(),
  /** Why it may be there although the other inventory does not have it, such as `declared at every start`; only while it is empty. */
  mayCome: z.string().optional(),
  /** Paths of entries that items which go from here may arrive in, such as a queue behind a dead-letter exchange. */
  feeds: z.array(z.string()).optional(),
});
export type Entry = z.infer<typeof entry>;

const coverage = z.strictObject({
  /** Items whose content was hashed, of how many. */
  hashed: z.int().nonnegative(),
  of: z.int().nonnegative(),
  /** Bytes that were hashed. */
  bytes: z.number().nonnegative(),
  /** Whether content was left unhashed, because there is too much of it or for another reason that the entry shows. */
  sampled: z.boolean(),
});
export type Coverage = z.infer<typeof coverage>;

/** One store's inventory, as it is kept with a proof. */
export const inventorySchema = z.strictObject({
  format: z.literal(1),
  store: z.string(),
  /** The engine's version. */
  version: z.string(),
  takenAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** Stable path, such as `database/shop/collection/baskets/documents` → what is there. */
  entries: z.record(z.string(), entry),
  coverage,
  /** What was passed by on purpose. */
  leftOut: z.array(z.strictObject({ what: z.string(), why: z.string() })),
});
export type Inventory = z.infer<typeof inventorySchema>;

/** How an inventory is to be taken. */
export interface InventoryRequest {
  /** Bytes of content that are hashed whole; a store with more is sampled. */
  readonly bytes: number;
  /** Time after which no more content is hashed. Names, options and counts are told in any case. */
  readonly ms: number;
  /** The inventory that this one will be held against: content is sampled as it was there, so that the two can be compared. */
  readonly like?: Inventory;
  /**
   * True where nobody else uses the store and nothing of it is kept, as on a copy made for a proof: content may then be read in ways
   * that leave traces, such as a message's count of deliveries.
   */
  readonly disposable?: boolean;
}

/** What a proof spends on one store. */
export const usualLimits: InventoryRequest = { bytes: 2 ** 30, ms: 60_000 };

/**
 * A path of the given names. A name may hold anything: what would be taken for a separator is escaped as in a URL, all else stays
 * readable.
 */
export function entryPath(...names: readonly string[]): string {
  return names.map(escapeName).join("/");
}

function escapeName(name: string): string {
  // Would vanish between two separators; no other name gives this, since a percent sign is always escaped.
  if (name === "") return "%empty";
  return name.replaceAll(/[%/\p{Cc}\p{Cs}]/gu, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
