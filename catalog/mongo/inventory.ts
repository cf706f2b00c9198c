import type { Db, Document, MongoClient } from "mongodb";
import { entryPath, type Inventory, type InventoryRequest } from "../inventory/inventory.ts";
import { InventoryRecorder } from "../inventory/recorder.ts";
import { expiryOf } from "./expiry.ts";
import { addDocuments, type Found } from "./inventory-documents.ts";
import { addRoles, addUsers } from "./inventory-users.ts";
import { optionsOf, type Stringify } from "./inventory-words.ts";

const ownDatabases: Readonly<Record<string, string>> = {
  local:
    "of this node alone: the oplog and the replica set's state, which each start and each member makes for itself",
  config: "the server's own: sessions, transactions, and what they were",
};
/** Of every database, besides what is told in another way: views as views, a time series by its own name. */
const ownCollections = /^system\.(views|buckets\..*|profile)$/;
/** Of the database admin alone: users and roles are told as such. */
const ownOfAdmin = /^system\./;

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
