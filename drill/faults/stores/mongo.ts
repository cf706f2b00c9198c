import type { Db, MongoClient } from "mongodb";
import type { StoreFault, StoreSubject } from "../fault.ts";

type Client = { readonly root: () => Promise<MongoClient> };
type Stored = { readonly _id: number; readonly name: string; readonly made?: Date };

const inDatabase =
  (name: string, work: (db: Db) => Promise<unknown>) =>
  async (client: Client): Promise<unknown> =>
    work((await client.root()).db(name));
const shop = (work: (db: Db) => Promise<unknown>) => inDatabase("shop", work);

const odd = "سلال.a-b c";
const documents = 40;
const at = (what: string, path = ""): string => `mongo: ${what}: database/shop/collection/${odd}${path}`;

const faults: readonly StoreFault<Client>[] = [
  {
    name: "mongo-document-gone",
    what: "one document is deleted",
    cause: "data-missing",
    check: "inventory: count",
    named: [at("documents", "/documents")],
    change: (client, random) =>
      shop((db) => db.collection<Stored>(odd).deleteOne({ _id: random.below(documents) }))(client),
  },
  {
    name: "mongo-document-altered",
    what: "one document has another value, as long as it was",
    cause: "data-altered",
    check: "inventory: content",
    equalSize: true,
    named: [at("documents", "/documents")],
    change: (client, random) => {
      const _id = random.below(documents);
      return shop((db) =>
        db.collection<Stored>(odd).updateOne({ _id }, { $set: { name: `eman ${_id}`.padEnd(12, ".") } }),
      )(client);
    },
  },
  {
    name: "mongo-document-swapped",
    what: "one document stands under another id, number and size as they were",
    cause: "data-altered",
    check: "inventory: content",
    equalSize: true,
    named: [at("documents", "/documents")],
    change: shop(async (db) => {
      const collection = db.collection<Stored>(odd);
      const found = await collection.findOneAndDelete({ _id: 7 });
      if (found === null) throw new Error("the document is not there");
      await collection.insertOne({ ...found, _id: 700 });
    }),
  },
  {
    name: "mongo-index-gone",
    what: "an index is dropped",
    cause: "data-missing",
    check: "inventory: missing",
    named: [at("indexes", "/index/name_1")],
    change: shop((db) => db.collection(odd).dropIndex("name_1")),
  },
  {
    name: "mongo-index-altered",
    what: "an index no longer keeps names from standing twice",
    cause: "data-altered",
    check: "inventory: options",
    named: [at("indexes", "/index/name_1")],
    change: shop(async (db) => {
      await db.collection(odd).dropIndex("name_1");
      await db.collection(odd).createIndex({ name: 1 });
    }),
  },
  {
    name: "mongo-collection-empty-gone",
    what: "a collection without documents is dropped",
    cause: "data-missing",
    check: "inventory: missing",
    named: ["mongo: collections: database/shop/collection/empty"],
    change: shop((db) => db.dropCollection("empty")),
  },
  {
    name: "mongo-collection-dropped",
    what: "a whole collection is dropped",
    cause: "data-missing",
    check: "inventory: missing",
    named: [at("collections")],
    change: shop((db) => db.dropCollection(odd)),
  },
  {
    name: "mongo-collection-emptied",
    what: "every document of a collection is deleted",
    cause: "data-missing",
    check: "inventory: count",
    named: [at("documents", "/documents")],
    change: shop((db) => db.collection(odd).deleteMany({})),
  },
  {
    name: "mongo-database",
    what: "a database that nobody made",
    cause: "data-extra",
    check: "inventory: extra",
    only: true,
    named: ["mongo: collections: database/new/collection/c"],
    change: inDatabase("new", (db) => db.createCollection("c")),
  },
];

/** MongoDB, as far as its stand-in goes: odd and Arabic names, indexes, an empty collection. */
export const mongoSubject: StoreSubject<Client> = {
  store: "mongo",
  populate: shop(async (db) => {
    await db
      .collection<Stored>(odd)
      .insertMany(
        Array.from({ length: documents }, (_, _id) => ({ _id, name: `name ${_id}`.padEnd(12, ".") })),
      );
    await db.collection(odd).createIndex({ name: 1 }, { unique: true });
    await db.createCollection("empty");
  }),
  faults,
};
