import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Db, MongoClient } from "mongodb";
import { mongo as definition } from "../../../catalog/mongo/mongo.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { mongoImage } from "../../../local/images/mongo/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { tryInventory } from "../support/inventory-trial.ts";
import { StoreContainers } from "../support/store-container.ts";

type Client = { readonly root: () => Promise<MongoClient> };

const secrets = {
  "root-password": "Root.Password-123",
  "app-password": "App.Password-1234",
  "backup-password": "Backup.Password-1",
  "restore-password": "Restore.Password-1",
  keyfile: "k".repeat(100),
};
const containers = await StoreContainers.open("mongo-inventory");
after(() => containers.remove());

const inDatabase =
  (name: string, work: (db: Db) => Promise<unknown>) =>
  async (client: Client): Promise<unknown> =>
    work((await client.root()).db(name));
const shop = (work: (db: Db) => Promise<unknown>) => inDatabase("shop", work);
const odd = "سلال.a-b c";

test("what of MongoDB its stand-in has: odd names, indexes; untouched in a copy; each alteration by its name", async () => {
  const image = (await localImage(mongoImage, silentProgress)).reference;
  const { wanted } = await tryInventory<Client>({
    definition,
    containers,
    image,
    secrets,
    populate: shop(async (db) => {
      await db.collection(odd).insertMany([
        { _id: 1 as never, name: "one" },
        { _id: 2 as never, name: "two" },
      ]);
      await db.collection(odd).createIndex({ name: 1 }, { unique: true });
      await db.createCollection("empty");
    }),
    alterations: [
      {
        what: "equal count and size",
        change: shop((db) => db.collection(odd).updateOne({ name: "two" }, { $set: { name: "owt" } })),
        undo: shop((db) => db.collection(odd).updateOne({ name: "owt" }, { $set: { name: "two" } })),
        named: [`mongo: documents: database/shop/collection/${odd}/documents`],
      },
      {
        what: "a document is gone",
        change: shop((db) => db.collection(odd).deleteOne({ name: "one" })),
        undo: shop((db) => db.collection(odd).insertOne({ _id: 1 as never, name: "one" })),
        named: [`mongo: documents: database/shop/collection/${odd}/documents`],
      },
      {
        what: "an index",
        change: shop((db) => db.collection(odd).dropIndex("name_1")),
        undo: shop((db) => db.collection(odd).createIndex({ name: 1 }, { unique: true })),
        named: [`mongo: indexes: database/shop/collection/${odd}/index/name_1`],
      },
      {
        what: "an empty collection",
        change: shop((db) => db.dropCollection("empty")),
        undo: shop((db) => db.createCollection("empty")),
        named: ["mongo: collections: database/shop/collection/empty"],
      },
      {
        what: "a database that nobody knows",
        change: inDatabase("new", (db) => db.collection("c").insertOne({ _id: 1 as never })),
        undo: inDatabase("new", (db) => db.dropDatabase()),
        named: ["mongo: collections: database/new/collection/c"],
      },
    ],
  });
  assert.deepEqual(wanted.coverage, { hashed: 2, of: 2, bytes: wanted.coverage.bytes, sampled: false });
});
