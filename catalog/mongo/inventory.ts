import type { Collection, Db, Document, MongoClient } from "mongodb";
import {
  entryPath,
  type Entry,
  type Inventory,
  type InventoryRequest,
  type Sample,
} from "../inventory/inventory.ts";
import { shorten } from "../inventory/options-text.ts";
import { InventoryRecorder } from "../inventory/recorder.ts";
import { shareBudget, type Extent } from "../inventory/share-budget.ts";
import { hashOf } from "../inventory/set-digest.ts";
import { Tally } from "../inventory/tally.ts";
import { isLoginOf } from "../login-name.ts";
import { expiryOf, type Expiry } from "./expiry.ts";

const ownDatabases: Readonly<Record<string, string>> = {
  local:
    "of this node alone: the oplog and the replica set's state, which each start and each member makes for itself",
  config: "the server's own: sessions, transactions, and what they were",
};
/** Of every database, besides what is told in another way: views as views, a time series by its own name. */
const ownCollections = /^system\.(views|buckets\..*|profile)$/;
/** Of the database admin alone: users and roles are told as such. */
const ownOfAdmin = /^system\./;
const notKnown: ReadonlySet<unknown> = new Set([59, 238]);
/** Of a collection that is too large to be read whole, or not in time, so many documents are read at each end. */
const leastAtEachEnd = 500;

/**
 * What MongoDB holds, whoever made it: each database's collections with their options, indexes and every document's digest, views,
 * users and roles without passwords. `mongo` has to be logged in as one that may read everything, such as root.
 * Documents are hashed as the bytes that the server sends. Beyond the limits those at both ends, in the order of `_id`.
 */
export async function mongoInventory(mongo: MongoClient, request: InventoryRequest): Promise<Inventory> {
  const { BSON } = await import("mongodb");
  const recorder = new InventoryRecorder("mongo", request);
  const admin = mongo.db("admin");
  const build = await admin.command({ buildInfo: 1 });
  const { databases } = await admin.command({ listDatabases: 1, nameOnly: true });
  const names = (databases as { name: string }[]).map(({ name }) => name).sort();
  const collections: Found[] = [];
  for (const name of names) {
    const why = ownDatabases[name];
    if (why === undefined)
      collections.push(...(await addDatabase(mongo.db(name), recorder, BSON.EJSON.stringify)));
    else recorder.leaveOut(`database ${name}`, why);
  }
  recorder.leaveOut(
    "database admin, system.*",
    "users and roles, which are told as such, and the server's own version",
  );
  await addDocuments(collections, recorder, BSON.deserialize);
  await addUsers(admin, recorder);
  await addRoles(mongo, names, recorder, BSON.EJSON.stringify);
  return recorder.finish(String(build["version"]));
}

/** A collection whose documents are still to be hashed. */
interface Found {
  readonly path: string;
  readonly collection: Collection;
  readonly expiries: readonly Expiry[];
  readonly capped: boolean;
  readonly timeSeries: boolean;
}

type Stringify = (value: unknown, options: { relaxed: boolean }) => string;

async function addDatabase(db: Db, recorder: InventoryRecorder, stringify: Stringify): Promise<Found[]> {
  const found: Found[] = [];
  const text = (document: Document): Record<string, string> => optionsOf(document, stringify);
  for (const { name, type = "collection", options = {} } of (await db
    .listCollections({}, { nameOnly: false })
    .toArray()) as { name: string; type?: string; options?: Document }[]) {
    if (ownCollections.test(name) || (db.databaseName === "admin" && ownOfAdmin.test(name))) continue;
    if (type === "view") {
      const path = entryPath("database", db.databaseName, "view", name);
      recorder.add(path, { kind: "views", options: text(options) });
      continue;
    }
    const path = entryPath("database", db.databaseName, "collection", name);
    recorder.add(path, { kind: "collections", options: { type, ...text(options) } });
    const collection = db.collection(name);
    const indexes = (await collection.listIndexes().toArray()) as Document[];
    for (const { name: index, ...facts } of indexes) {
      recorder.add(`${path}/index/${entryPath(String(index))}`, { kind: "indexes", options: text(facts) });
    }
    const capped = options["capped"] === true;
    found.push({
      path,
      collection,
      expiries: expiryOf(indexes, options),
      capped,
      timeSeries: type === "timeseries",
    });
  }
  return found;
}

/** In MongoDB's own notation: types are told apart, and the order of fields means something in keys and pipelines. */
function optionsOf(document: Document, stringify: Stringify): Record<string, string> {
  const known = Object.entries(document).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    known.map(([name, value]) => [name, shorten(stringify(value, { relaxed: true }))]),
  );
}

async function addDocuments(
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

async function addUsers(admin: Db, recorder: InventoryRecorder): Promise<void> {
  const { users } = (await admin.command({ usersInfo: { forAllDBs: true } })) as { users: UserFacts[] };
  for (const { user, db, roles = [] } of users) {
    if (db === "admin" && isOwn(user)) {
      recorder.leaveOut(`user ${user}`, "set by the platform at every start and restore");
      continue;
    }
    const granted = roles.map((role) => `${role.role}@${role.db}`).sort();
    recorder.add(entryPath("user", db, user), {
      kind: "users",
      options: { roles: shorten(granted.join(" ")) },
    });
  }
}

interface UserFacts {
  readonly user: string;
  readonly db: string;
  readonly roles?: readonly { readonly role: string; readonly db: string }[];
}

function isOwn(user: string): boolean {
  return ["root", "backup", "restore"].includes(user) || isLoginOf("app", user);
}

async function addRoles(
  mongo: MongoClient,
  databases: readonly string[],
  recorder: InventoryRecorder,
  stringify: Stringify,
): Promise<void> {
  for (const name of databases) {
    const answer = await mongo.db(name).command({ rolesInfo: 1, showPrivileges: true }).catch(ignoreUnknown);
    if (answer === undefined) {
      recorder.leaveOut("roles", "this engine knows none");
      return;
    }
    const all = answer["roles"] as { role: string; privileges: unknown; roles: unknown }[];
    for (const { role, privileges, roles } of all) {
      const path = entryPath("role", name, role);
      recorder.add(path, { kind: "roles", options: optionsOf({ privileges, roles }, stringify) });
    }
  }
}

/** For commands that a stand-in does not have; undefined then. */
function ignoreUnknown(error: unknown): undefined {
  if (error instanceof Error && "code" in error && notKnown.has(error.code)) return undefined;
  throw error;
}
