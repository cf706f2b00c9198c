import assert from "node:assert/strict";
import { test } from "node:test";
import { BSON, type Document, type MongoClient } from "mongodb";
import { expiryOf } from "../../../catalog/mongo/expiry.ts";
import { mongoInventory } from "../../../catalog/mongo/inventory.ts";
import { compareInventories } from "../../../recovery/proof/compare-inventories.ts";

/*
 * Answers as MongoDB 8 documents them, given by a driver that speaks to nobody: what no stand-in has (views, TTL, capped collections,
 * time series, roles) is tested against their shapes, not against a mongod.
 */

interface Told {
  readonly collections: readonly Document[];
  readonly indexes?: Readonly<Record<string, readonly Document[]>>;
  readonly documents?: Readonly<Record<string, readonly Document[]>>;
  readonly roles?: readonly Document[];
}

function driver({ collections, indexes = {}, documents = {}, roles = [] }: Told): MongoClient {
  const list = (all: readonly unknown[]) => ({ toArray: async () => all });
  const cursor = (all: readonly Document[]) => ({
    async *[Symbol.asyncIterator]() {
      for (const one of all) yield BSON.serialize(one);
    },
    close: async () => undefined,
  });
  const db = (databaseName: string) => ({
    databaseName,
    async command(asked: Document) {
      if ("buildInfo" in asked) return { version: "8.0.4" };
      if ("listDatabases" in asked)
        return { databases: ["admin", "local", "config", "shop"].map((name) => ({ name })) };
      if ("usersInfo" in asked)
        return {
          users: [
            { user: "root", db: "admin" },
            { user: "report", db: "shop", roles: [{ role: "read", db: "shop" }] },
          ],
        };
      if ("rolesInfo" in asked) return { roles: databaseName === "shop" ? roles : [] };
      throw new Error(`not expected: ${JSON.stringify(asked)}`);
    },
    listCollections: () => list(databaseName === "shop" ? collections : []),
    collection: (name: string) => ({
      listIndexes: () => list(indexes[name] ?? [{ v: 2, key: { _id: 1 }, name: "_id_" }]),
      aggregate: () => list([{ storageStats: { count: 1, size: 10 } }]),
      find: () => cursor(documents[name] ?? []),
    }),
  });
  return { db } as unknown as MongoClient;
}

const request = { bytes: 2 ** 30, ms: 60_000 };
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
const told = {
  collections: [
    { name: "system.views", type: "collection" },
    { name: "system.buckets.metrics", type: "collection" },
    { name: "system.js", type: "collection", options: {} },
    { name: "open", type: "view", options: { viewOn: "baskets", pipeline: [{ $match: { open: true } }] } },
    {
      name: "metrics",
      type: "timeseries",
      options: { timeseries: { timeField: "at" }, expireAfterSeconds: 3600 },
    },
    { name: "log", type: "collection", options: { capped: true, size: 1000 } },
    { name: "sessions", type: "collection", options: {} },
  ],
  indexes: { sessions: [{ v: 2, key: { seen: 1 }, name: "seen_1", expireAfterSeconds: 60 }] },
  documents: {
    sessions: [{ _id: 1, seen: ago(100) }, { _id: 2, seen: ago(-100) }, { _id: 3 }],
    metrics: [{ at: ago(4_000) }, { at: ago(0) }],
    log: [{ _id: 1 }, { _id: 2 }],
  },
  roles: [
    {
      role: "reader",
      db: "shop",
      privileges: [{ resource: { db: "shop", collection: "" }, actions: ["find"] }],
      roles: [],
    },
  ],
};
const path = "database/shop";

test("views, time series, capped collections, TTL, users and roles are told; what is the server's own is left out by name", async () => {
  const { entries, leftOut } = await mongoInventory(driver(told), request);
  assert.deepEqual(
    Object.entries(entries)
      .map(([name, { kind }]) => `${kind} ${name}`)
      .filter((name) => !name.includes("/index/")),
    [
      ...["log", "metrics", "sessions", "system.js"].flatMap((name) => [
        `collections ${path}/collection/${name}`,
        `documents ${path}/collection/${name}/documents`,
      ]),
      `views ${path}/view/open`,
      "roles role/shop/reader",
      "users user/shop/report",
    ],
  );
  assert.deepEqual(entries[`${path}/view/open`]?.options?.["pipeline"], '[{"$match":{"open":true}}]');
  assert.equal(entries[`${path}/collection/sessions/index/seen_1`]?.options?.["expireAfterSeconds"], "60");
  const sessions = entries[`${path}/collection/sessions/documents`];
  assert.deepEqual([sessions?.count, sessions?.goes?.windows.map(({ count }) => count)], [1, [1, 1]]);
  assert.equal(entries[`${path}/collection/metrics/documents`]?.goes?.windows[0]?.from, null);
  assert.deepEqual(
    leftOut.map(({ what }) => what),
    ["database config", "database local", "database admin, system.*", "user root"],
  );
});

test("each of them altered is named; a document that TTL has taken is not, and one of a capped collection is", async () => {
  const wanted = await mongoInventory(driver(told), request);
  const compare = async (more: Partial<Told>) =>
    compareInventories(wanted, await mongoInventory(driver({ ...told, ...more }), request));
  const documents = (name: string, all: readonly Document[]) => ({
    documents: { ...told.documents, [name]: all },
  });
  const collections = (name: string, options: Document) => ({
    collections: told.collections.map((one) => (one.name === name ? { ...one, options } : one)),
  });
  const { findings, tolerated } = await compare(documents("sessions", told.documents.sessions.slice(1)));
  assert.deepEqual([findings, tolerated.length], [[], 1]);
  for (const [more, name] of [
    [
      documents("sessions", told.documents.sessions.slice(0, 1)),
      `documents: ${path}/collection/sessions/documents`,
    ],
    [documents("log", [{ _id: 2 }]), `documents: ${path}/collection/log/documents`],
    [collections("open", { viewOn: "baskets", pipeline: [] }), `views: ${path}/view/open`],
    [collections("log", { capped: true, size: 2000 }), `collections: ${path}/collection/log`],
    [{ indexes: {} }, `indexes: ${path}/collection/sessions/index/_id_`],
    [{ roles: [] }, "roles: role/shop/reader"],
  ] as const) {
    const names = (await compare(more)).findings.map((one) => one.name);
    assert.ok(names.includes(`mongo: ${name}`), `${name}: ${names.join(", ")}`);
  }
});

test("an index on a list counts its earliest date, one on a nested field goes into it, and what is no date stays", () => {
  const [expiry] = expiryOf([{ name: "a", key: { "a.at": 1 }, expireAfterSeconds: 10 }], {});
  const date = (ms: number) => new Date(ms);
  assert.equal(expiry?.dueMs({ a: [{ at: date(9_000) }, { at: [date(5_000), date(7_000)] }] }), 15_000);
  for (const document of [{}, { a: null }, { a: { at: "2026" } }, { a: { at: 5 } }])
    assert.equal(expiry.dueMs(document), undefined);
  assert.deepEqual(expiryOf([{ name: "_id_", key: { _id: 1 } }], {}), []);
});
