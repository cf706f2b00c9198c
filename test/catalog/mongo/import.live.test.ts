import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { MongoClient } from "mongodb";
import { mongo as definition } from "../../../catalog/mongo/mongo.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { mongoImage } from "../../../local/images/mongo/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { ImportTrial } from "../support/import-trial.ts";
import { StoreContainers, type StoreContainer } from "../support/store-container.ts";

const sample = new URL("../../fixtures/imports/mongo-2025-10-01-0300.archive.gz", import.meta.url).pathname;
const secrets = {
  "root-password": "Root.Password-123",
  "app-password": "App.Password-1234",
  "backup-password": 'Backup"Password-1',
  "restore-password": 'Restore"Password: #1',
  keyfile: "k".repeat(100),
};
const containers = await StoreContainers.open("mongo-import");
const folder = mkdtempSync(join(tmpdir(), "kaleem-dumps-"));
let store: StoreContainer;
let trial: ImportTrial;
before(async () => {
  const image = (await localImage(mongoImage, silentProgress)).reference;
  store = await containers.create(definition, image, await containers.volume(), secrets);
  await store.start();
  await store.use((client) => definition.recovery.setup(client));
  trial = new ImportTrial(definition, store, secrets);
});
after(async () => {
  await containers.remove();
  rmSync(folder, { recursive: true });
});

const root = <T>(work: (mongo: MongoClient) => Promise<T>): Promise<T> =>
  store.use(async (client) => work(await (client as { root: () => Promise<MongoClient> }).root()));

test("an archive of the real mongodump is loaded by the real mongorestore, to the last document and index", async () => {
  const source = await trial.read(sample);
  assert.deepEqual(await trial.judge(source), []);
  assert.notDeepEqual(await trial.differences(source), []);
  assert.deepEqual(await trial.load(source, sample), []);
});

test("a second import replaces what has changed since, and leaves other databases alone", async () => {
  const source = await trial.read(sample);
  await root(async (mongo) => {
    await mongo.db("kaleem_old").collection("orders").deleteMany({});
    await mongo.db("kaleem_old").collection<{ _id: string }>("customers").insertOne({ _id: "new" });
    await mongo.db("kaleem").collection<{ _id: string }>("orders").insertOne({ _id: "stays" });
  });
  assert.notDeepEqual(await trial.differences(source), []);
  assert.deepEqual(await trial.load(source, sample), []);
  assert.equal(await root((mongo) => mongo.db("kaleem").collection("orders").countDocuments()), 1);
});

test("a database by another name waits for --rename, and comes under that name", async () => {
  await root((mongo) => mongo.db("kaleem_old").dropDatabase());
  const unnamed = await trial.judge(await trial.read(sample));
  assert.match(
    unnamed.join(),
    /holds the database kaleem_old, and here is kaleem: give --rename kaleem_old=kaleem /,
  );
  const source = await trial.read(sample, { rename: { kaleem_old: "kaleem" } });
  assert.deepEqual(await trial.judge(source), []);
  assert.deepEqual(await trial.load(source, sample), []);
});

test("what is dumped here can be imported again; users and recovery's own marks are left out", async () => {
  const path = await trial.dump(folder);
  const source = await trial.read(path);
  assert.ok(source.parts.includes("kaleem"));
  assert.ok(!source.parts.includes("admin") && !source.parts.includes("recovery"));
  await root((mongo) => mongo.db("kaleem").dropDatabase());
  assert.deepEqual(await trial.load(source, path), []);
});

test("mongorestore's own words come back when it fails", async () => {
  const wrong = new ImportTrial(definition, store, { ...secrets, "restore-password": "wrong" });
  await assert.rejects(
    wrong.load(await trial.read(sample), sample),
    /sh failed with exit code 1: [^]*[Aa]uth/,
  );
});
