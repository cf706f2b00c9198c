import type { Collection, Document } from "mongodb";
import type { Entry, Sample } from "../inventory/inventory.ts";
import type { InventoryRecorder } from "../inventory/recorder.ts";
import { hashOf } from "../inventory/set-digest.ts";
import { shareBudget, type Extent } from "../inventory/share-budget.ts";
import { Tally } from "../inventory/tally.ts";
import type { Expiry } from "./expiry.ts";
import { ignoreUnknown } from "./inventory-words.ts";

/** Of a collection that is too large to be read whole, or not in time, so many documents are read at each end. */
const leastAtEachEnd = 500;

/** A collection whose documents are still to be hashed. */
export interface Found {
  readonly path: string;
  readonly collection: Collection;
  readonly expiries: readonly Expiry[];
  readonly capped: boolean;
  readonly timeSeries: boolean;
}

/**
 * The digest of every document, as the bytes that the server sends; beyond the limits those at both ends, in the order of `_id`.
 */
export async function addDocuments(
  all: readonly Found[],
  recorder: InventoryRecorder,
  parse: (raw: Uint8Array) => Document,
): Promise<void> {
  const extents = new Map<string, Extent>();
  for (const { path, collection } of all) extents.set(path, await extentOf(collection));
  const shares = shareBudget(extents, recorder.request.bytes);
  for (const found of all) {
    const path = `${found.path}/documents`;
    const share = shares.get(found.path) ?? "all";
    const wanted = recorder.sampleOfOther(path) ?? (share === "all" ? "all" : atEachEnd(share / 2));
    recorder.add(path, await documentsOf(found, wanted, recorder, parse));
  }
}

/** What the server has noted, which may be a little wrong after a crash: good enough to share the budget by. */
async function extentOf(collection: Collection): Promise<Extent> {
  const stats = await collection
    .aggregate([{ $collStats: { storageStats: {} } }])
    .toArray()
    .catch(ignoreUnknown);
  const facts = (stats?.[0]?.["storageStats"] ?? {}) as { count?: number; size?: number };
  return { items: facts.count ?? 0, bytes: facts.size ?? 0 };
}

function atEachEnd(count: number): Sample {
  const each = Math.max(leastAtEachEnd, Math.floor(count));
  return { first: each, last: each };
}

async function documentsOf(
  found: Found,
  wanted: Sample,
  recorder: InventoryRecorder,
  parse: (raw: Uint8Array) => Document,
): Promise<Entry> {
  const facts = { why: whyOf(found) };
  if (wanted === "all" && recorder.leftMs > 0) {
    const tally = new Tally(recorder.takenAtMs);
    if (await readAll(found, tally, recorder, parse))
      return note(found, tally.entry("documents", { ...facts, sample: "all" }));
  }
  const total = await countWithin(found.collection, recorder);
  // In another order than that of `_id` the ends would be others each time.
  const isOther = recorder.request.like !== undefined && wanted === "all";
  if (found.timeSeries || isOther || total === null) {
    return note(found, { kind: "documents", count: total });
  }
  const ends =
    typeof wanted === "object" && "first" in wanted
      ? wanted
      : { first: leastAtEachEnd, last: leastAtEachEnd };
  const tally = new Tally(recorder.takenAtMs);
  await readEnds(found, ends, tally, parse);
  const leaving = found.expiries.length > 0;
  // Of documents that go by themselves only those at the ends are known.
  const count = leaving ? null : total;
  return note(found, tally.entry("documents", { ...facts, sample: ends, count }));
}

/** False when the time was up before the end. */
async function readAll(
  { collection, expiries }: Found,
  tally: Tally,
  recorder: InventoryRecorder,
  parse: (raw: Uint8Array) => Document,
): Promise<boolean> {
  const cursor = collection.find({}, { raw: true, batchSize: 1_000, noCursorTimeout: false });
  try {
    for await (const raw of cursor as AsyncIterable<unknown>) {
      tally.add(itemOf(raw as Uint8Array, expiries, parse));
      if (recorder.leftMs <= 0) return false;
    }
    return true;
  } finally {
    await cursor.close();
  }
}

async function readEnds(
  { collection, expiries }: Found,
  { first, last }: { readonly first: number; readonly last: number },
  tally: Tally,
  parse: (raw: Uint8Array) => Document,
): Promise<void> {
  for (const [direction, limit] of [
    [1, first],
    [-1, last],
  ] as const) {
    if (limit === 0) continue;
    const cursor = collection.find({}, { raw: true, sort: { _id: direction }, limit, batchSize: 1_000 });
    for await (const raw of cursor as AsyncIterable<unknown>) {
      tally.add(itemOf(raw as Uint8Array, expiries, parse));
    }
  }
}

function itemOf(raw: Uint8Array, expiries: readonly Expiry[], parse: (raw: Uint8Array) => Document) {
  const document = expiries.length === 0 ? null : parse(raw);
  const due = document === null ? [] : expiries.flatMap((expiry) => expiry.dueMs(document) ?? []);
  return { bytes: raw.length, hash: hashOf(raw), dueMs: due.length === 0 ? undefined : Math.min(...due) };
}

/** Exact, since the estimate drifts after a crash; null when it takes too long or the engine cannot tell. */
async function countWithin(collection: Collection, recorder: InventoryRecorder): Promise<number | null> {
  const { MongoOperationTimeoutError } = await import("mongodb");
  try {
    return await collection.countDocuments({}, { timeoutMS: Math.max(10_000, recorder.request.ms / 4) });
  } catch (error) {
    if (error instanceof MongoOperationTimeoutError) return null;
    throw error;
  }
}

function whyOf({ expiries }: Found): string {
  return `documents with an expiry (${expiries.map(({ name }) => name).join(", ")})`;
}

/** A capped collection loses its oldest documents only to newer ones: while nobody writes, none of them is due. */
function note({ capped }: Found, entry: Entry): Entry {
  return capped ? { ...entry, options: { capped: "loses its oldest documents only to newer ones" } } : entry;
}
