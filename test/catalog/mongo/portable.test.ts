import assert from "node:assert/strict";
import { test } from "node:test";
import type { MongoArchive } from "../../../catalog/mongo/archive.ts";
import {
  judgeDatabases,
  loadArchive,
  selectNamespaces,
  statedByArchive,
} from "../../../catalog/mongo/portable.ts";
import { sourceOf } from "../support/portable-source.ts";

const collection = (
  database: string,
  name: string,
  more: Partial<MongoArchive["collections"][number]> = {},
) => ({
  ...{ database, name, type: "collection", indexes: ["_id_"], expires: false },
  ...{ documents: 3, bytes: 30, sum: "a".repeat(64) },
  ...more,
});
const archive = (...collections: MongoArchive["collections"]): MongoArchive => ({
  serverVersion: "7.0.0",
  toolVersion: "100.9.0",
  collections,
  oplogEntries: 0,
});

test("what the server itself keeps, users among it, and recovery's own marks are left out and said so", () => {
  const all = ["admin", "config", "local", "recovery", "shop"].map((name) => collection(name, "things"));
  const { parts, stated, leftOut } = statedByArchive({ ...archive(...all), oplogEntries: 4 }, {});
  assert.deepEqual(parts, ["shop"]);
  assert.ok(stated.every(({ path }) => path.startsWith("database/shop/")));
  assert.deepEqual(leftOut, [
    "the database admin: users and roles, which the platform sets itself",
    "the database config: of the server that the file is from",
    "the database local: of the server that the file is from",
    "the database recovery: where recovery keeps its own marks",
    "its oplog of 4 entries, written while the dump was made: collections may be of instants a little apart",
  ]);
});

test("collections are stated under their new database; what expires may be gone, a time series is not counted", () => {
  const { stated } = statedByArchive(
    archive(
      collection("old", "orders"),
      collection("old", "sessions", { expires: true }),
      collection("old", "measures", { type: "timeseries" }),
      collection("old", "recent", { type: "view" }),
    ),
    { old: "new" },
  );
  assert.deepEqual(
    stated.map(({ path, count, mayGo }) => [path, count, mayGo]),
    [
      ["database/new/collection/orders", undefined, undefined],
      ["database/new/collection/orders/index/_id_", undefined, undefined],
      ["database/new/collection/orders/documents", 3, undefined],
      ["database/new/collection/sessions", undefined, undefined],
      ["database/new/collection/sessions/index/_id_", undefined, undefined],
      ["database/new/collection/sessions/documents", 3, 3],
      ["database/new/collection/measures", undefined, undefined],
      ["database/new/view/recent", undefined, undefined],
    ],
  );
});

test("a database by a name that is not used here wants to be told which one it is", () => {
  const source = sourceOf({ store: "mongo", name: "mongo-1.archive.gz", parts: ["kaleem_old"] });
  assert.deepEqual(judgeDatabases(source, ["admin", "local", "kaleem", "recovery"]), [
    "mongo: mongo-1.archive.gz holds the database kaleem_old, and here is kaleem: give --rename kaleem_old=kaleem to replace that one, or --rename kaleem_old=kaleem_old to keep its name",
  ]);
  assert.deepEqual(judgeDatabases(source, ["admin", "config", "local", "recovery"]), []);
  assert.deepEqual(judgeDatabases(source, ["kaleem", "kaleem_old"]), []);
  for (const target of ["kaleem", "kaleem_old", "other"])
    assert.deepEqual(judgeDatabases({ ...source, rename: { kaleem_old: target } }, ["kaleem"]), []);
  assert.deepEqual(judgeDatabases({ ...source, rename: { kaleem_old: "admin" } }, []), [
    "mongo: --rename kaleem_old=admin: admin is no database for data; give another name",
  ]);
});

test("mongorestore is called with the databases of the file alone, and its password on no command line", () => {
  const source = sourceOf({
    store: "mongo",
    name: "mongo-1.archive.gz",
    parts: ["a", "b", "c"],
    rename: { a: "z", b: "b" },
  });
  const { argv, firstLine } = loadArchive({ "restore-password": 'Secret"\\' }, source);
  assert.equal(firstLine, 'password: "Secret\\"\\\\"');
  assert.ok(!argv.join(" ").includes("Secret"));
  assert.deepEqual(
    argv.filter((one) => one.startsWith("--ns")),
    ["--nsInclude=a.*", "--nsInclude=b.*", "--nsInclude=c.*", "--nsFrom=a.*", "--nsTo=z.*"],
  );
  for (const flag of ["--gzip", "--archive", "--drop", "--stopOnError", "--config=/dev/fd/3"])
    assert.ok(argv.join(" ").includes(flag), flag);
  assert.ok(
    !loadArchive({ "restore-password": "x" }, { ...source, name: "mongo-1.archive" }).argv.includes("--gzip"),
  );
  assert.throws(
    () => loadArchive({}, source),
    /^Error: mongo: the secret restore-password is missing or empty/,
  );
});

test("one database, or one collection or view of it, is all that is loaded and held against the file", () => {
  const whole = sourceOf({
    store: "mongo",
    ...statedByArchive(
      archive(
        collection("shop", "orders"),
        collection("shop", "orders.old"),
        collection("shop", "a*b/طلب"),
        collection("shop", "measures", { type: "timeseries" }),
        collection("shop", "recent", { type: "view" }),
        collection("shop2", "orders"),
      ),
      {},
    ),
  });
  const select = (...names: string[]) => {
    const { parts, stated, missing } = selectNamespaces(whole, names);
    const { argv } = loadArchive({ "restore-password": "x" }, { ...whole, parts, stated });
    const included = argv.flatMap((one) => (one.startsWith("--nsInclude=") ? [one.slice(12)] : []));
    return { included, missing, stated: stated.length };
  };
  assert.deepEqual(select("shop.orders"), { included: ["shop.orders"], missing: [], stated: 3 });
  assert.deepEqual(select("shop.orders.old"), { included: ["shop.orders.old"], missing: [], stated: 3 });
  assert.deepEqual(select("shop.recent"), { included: ["shop.recent"], missing: [], stated: 1 });
  assert.deepEqual(select("shop2"), { included: ["shop2.*"], missing: [], stated: 3 });
  // What means something to the tool means nothing in a name.
  assert.deepEqual(select("shop.a*b/طلب").included, ["shop.a\\*b/طلب"]);
  // A time series is in the file by its buckets too.
  assert.deepEqual(select("shop.measures").included, ["shop.measures", "shop.system.buckets.measures"]);
  assert.deepEqual(select("shop.order", "shops", "orders").missing, ["shop.order", "shops", "orders"]);
  assert.deepEqual(judgeDatabases({ ...whole, parts: ["shop.orders"] }, ["shop"]), []);
});
