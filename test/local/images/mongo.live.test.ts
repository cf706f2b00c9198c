import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { MongoClient } from "mongodb";
import { mongo } from "../../../catalog/mongo/mongo.ts";
import { docker } from "../../../local/images/docker.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { mongoImage } from "../../../local/images/mongo/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { StoreContainers, type StoreContainer } from "../../catalog/support/store-container.ts";

const secrets = { "root-password": "Root.Password-123", keyfile: "k".repeat(100) };
const containers = await StoreContainers.open("mongo");
let image = "";
let volume = "";
let store: StoreContainer;

before(async () => {
  image = (await localImage(mongoImage, silentProgress)).reference;
  volume = await containers.volume();
  store = await containers.create(mongo, image, volume, secrets);
  await store.start();
});
after(() => containers.remove());

async function withClient<T>(
  from: StoreContainer,
  login: string,
  work: (client: MongoClient) => Promise<T>,
): Promise<T> {
  const client = new MongoClient(
    `mongodb://${login}${await from.address()}:27017/?authSource=admin&directConnection=true&replicaSet=rs0&retryWrites=false&serverSelectionTimeoutMS=3000`,
  );
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

const asRoot = `root:${secrets["root-password"]}@`;
const durable = { writeConcern: { w: "majority", journal: true } } as const;
const insert = (_id: string): Promise<unknown> =>
  withClient(store, asRoot, (client) =>
    client.db("kaleem").collection<{ _id: string }>("orders").insertOne({ _id }, durable),
  );
const ids = (from: StoreContainer): Promise<readonly string[]> =>
  withClient(from, asRoot, async (client) => {
    const orders = await client
      .db("kaleem")
      .collection<{ _id: string }>("orders")
      .find()
      .sort({ _id: 1 })
      .toArray();
    return orders.map((order) => order._id);
  });

test("the right password is taken; a wrong one and none are refused", async () => {
  const ping = (client: MongoClient): Promise<unknown> => client.db("kaleem").collection("orders").findOne();
  await withClient(store, asRoot, ping);
  await assert.rejects(withClient(store, "root:wrong@", ping), /Authentication failed/);
  await assert.rejects(withClient(store, "", ping), /requires authentication/);
  const { setName } = (await withClient(store, "", (client) => client.db("admin").command({ hello: 1 }))) as {
    setName?: string;
  };
  assert.equal(setName, "rs0");
});

test("the application's user is made and changed with its roles, as on the real server", async () => {
  const roles = [{ role: "readWrite", db: "kaleem" }];
  const find = (client: MongoClient): Promise<unknown> => client.db("kaleem").collection("orders").findOne();
  const set = (verb: string, pwd: string): Promise<unknown> =>
    withClient(store, asRoot, (client) => client.db("admin").command({ [verb]: "app", pwd, roles }));
  await set("createUser", "App.Password-1234");
  await withClient(store, "app:App.Password-1234@", find);
  await set("updateUser", "App.Password-5678");
  await assert.rejects(withClient(store, "app:App.Password-1234@", find), /Authentication failed/);
  await withClient(store, "app:App.Password-5678@", find);
});

test("the root password is on no command line and not in what Docker shows", async () => {
  assert.ok(!(await docker(["top", store.id, "-eo", "pid,args"])).includes(secrets["root-password"]));
  assert.ok(!(await docker(["inspect", store.id])).includes(secrets["root-password"]));
});

test("an acknowledged write survives kill -9", async () => {
  await insert("a");
  await docker(["kill", store.id]);
  await store.start();
  assert.deepEqual(await ids(store), ["a"]);
});

test("a copy of its files taken while paused starts as from a crash, and holds what was acknowledged before", async () => {
  await insert("b");
  await docker(["pause", store.id]);
  const copy = await containers.copyOf(volume);
  await docker(["unpause", store.id]);
  await insert("later");
  const restored = await containers.create(mongo, image, copy, secrets);
  await restored.start();
  assert.deepEqual(await ids(restored), ["a", "b"]);
});

test("keeps the password of its first start, so health fails on a wrong one", async () => {
  await store.putSecrets({ "root-password": "another-password-1" });
  await docker(["restart", "--time", "20", store.id]);
  assert.deepEqual(await ids(store), ["a", "b", "later"]);
  assert.equal(await store.isHealthy(), false);
  await store.putSecrets(secrets);
  assert.equal(await store.isHealthy(), true);
});

test("obeys SIGTERM", async () => {
  await docker(["stop", "--time", "60", store.id]);
  assert.equal(await docker(["inspect", "--format", "{{.State.ExitCode}}", store.id]), "0");
});

test("refuses arguments that the real mongod would take and it cannot honour", async () => {
  const run = (args: readonly string[]): Promise<string> =>
    docker(["run", "--rm", "--network", "none", image, ...args]);
  await assert.rejects(
    run([...(mongo.args ?? []), "--oplogSize", "128"]),
    /flag provided but not defined: -oplogSize; known here: --replSet/,
  );
  await assert.rejects(run(mongo.args ?? []), /--keyFile: stat \/run\/secrets\/keyfile: no such file/);
  await assert.rejects(
    run(["mongod"]),
    /\/run\/secrets\/root-password: not there; without it anybody could log in/,
  );
  await assert.rejects(run(["mongosh", "--eval", "1"]), /only known call: mongosh --nodb --quiet --norc/);
});
