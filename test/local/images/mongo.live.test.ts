import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { MongoClient } from "mongodb";
import { LocalCommandError } from "../../../local/images/command.ts";
import { docker } from "../../../local/images/docker.ts";
import { fileArchive } from "../../../local/images/file-archive.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { mongoImage } from "../../../local/images/mongo/image.ts";
import { silentProgress } from "../../../local/progress.ts";

const realArguments =
  "mongod --replSet rs0 --keyFile /run/secrets/keyfile --bind_ip_all --dbpath /data/db".split(" ");
const health = ["mongosh", "--nodb", "--quiet", "--norc", "/etc/kaleem/health.js"];
const rootPassword = "Root.Password-123";
const work = await mkdtemp(path.join(tmpdir(), "kaleem-mongo-"));
const volumes = [`kaleem-test-${randomUUID()}`, `kaleem-test-${randomUUID()}`] as const;
const started: string[] = [];
let image = "";

before(async () => {
  image = (await localImage(mongoImage, silentProgress)).reference;
});
after(async () => {
  for (const id of started) await docker(["rm", "--force", id]);
  for (const volume of volumes) await docker(["volume", "rm", "--force", volume]);
  await rm(work, { recursive: true });
});

/** A container of the image with secrets as Swarm would give them; not started. */
async function make(
  volume: string,
  args: readonly string[] = realArguments,
  password = rootPassword,
): Promise<string> {
  const id = await docker([
    "create",
    "--init",
    "--user",
    "999:999",
    "--volume",
    `${volume}:/data/db`,
    image,
    ...args,
  ]);
  started.push(id);
  const secrets = { "root-password": password, keyfile: "k".repeat(100) };
  const files = Object.entries(secrets).map(([name, content]) => ({
    name: `secrets/${name}`,
    content,
    mode: 0o400,
    owner: 999,
  }));
  await docker(["cp", "-", `${id}:/run`], { input: fileArchive(files) });
  return id;
}

async function start(id: string): Promise<void> {
  await docker(["start", id]);
  const deadline = Date.now() + 20_000;
  while (!(await isHealthy(id))) {
    if (Date.now() > deadline) throw new Error(await docker(["logs", id]));
    await delay(100);
  }
}

async function isHealthy(id: string): Promise<boolean> {
  try {
    await docker(["exec", id, ...health]);
    return true;
  } catch (error) {
    if (error instanceof LocalCommandError) return false;
    throw error;
  }
}

async function withClient<T>(
  id: string,
  login: string,
  work: (client: MongoClient) => Promise<T>,
): Promise<T> {
  const address = await docker(["inspect", "--format", "{{.NetworkSettings.IPAddress}}", id]);
  const client = new MongoClient(
    `mongodb://${login}${address}:27017/?authSource=admin&directConnection=true&replicaSet=rs0&retryWrites=false&serverSelectionTimeoutMS=3000`,
  );
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

const asRoot = `root:${rootPassword}@`;
const durable = { writeConcern: { w: "majority", journal: true } } as const;
const insert = (id: string, _id: string): Promise<unknown> =>
  withClient(id, asRoot, (client) =>
    client.db("kaleem").collection<{ _id: string }>("orders").insertOne({ _id }, durable),
  );
const ids = (id: string): Promise<readonly string[]> =>
  withClient(id, asRoot, async (client) => {
    const orders = await client
      .db("kaleem")
      .collection<{ _id: string }>("orders")
      .find()
      .sort({ _id: 1 })
      .toArray();
    return orders.map((order) => order._id);
  });

test("the right password is taken; a wrong one and none are refused", async () => {
  const id = await make(volumes[0]);
  await start(id);
  const ping = (client: MongoClient): Promise<unknown> => client.db("kaleem").collection("orders").findOne();
  await withClient(id, asRoot, ping);
  await assert.rejects(withClient(id, "root:wrong@", ping), /Authentication failed/);
  await assert.rejects(withClient(id, "", ping), /requires authentication/);
  const { setName } = (await withClient(id, "", (client) => client.db("admin").command({ hello: 1 }))) as {
    setName?: string;
  };
  assert.equal(setName, "rs0");
});

test("the application's user is made and changed with its roles, as on the real server", async () => {
  const [id = ""] = started;
  const roles = [{ role: "readWrite", db: "kaleem" }];
  const find = (client: MongoClient): Promise<unknown> => client.db("kaleem").collection("orders").findOne();
  const set = (verb: string, pwd: string): Promise<unknown> =>
    withClient(id, asRoot, (client) => client.db("admin").command({ [verb]: "app", pwd, roles }));
  await set("createUser", "App.Password-1234");
  await withClient(id, "app:App.Password-1234@", find);
  await set("updateUser", "App.Password-5678");
  await assert.rejects(withClient(id, "app:App.Password-1234@", find), /Authentication failed/);
  await withClient(id, "app:App.Password-5678@", find);
});

test("the root password is on no command line and not in what Docker shows", async () => {
  const [id = ""] = started;
  assert.ok(!(await docker(["top", id, "-eo", "pid,args"])).includes(rootPassword));
  assert.ok(!(await docker(["inspect", id])).includes(rootPassword));
});

test("an acknowledged write survives kill -9", async () => {
  const [id = ""] = started;
  await insert(id, "a");
  await docker(["kill", id]);
  await start(id);
  assert.deepEqual(await ids(id), ["a"]);
});

test("a copy of its files taken while paused starts as from a crash, and holds what was acknowledged before", async () => {
  const [id = ""] = started;
  await insert(id, "b");
  await docker(["pause", id]);
  const source = await docker(["volume", "inspect", "--format", "{{.Mountpoint}}", volumes[0]]);
  await docker(["volume", "create", volumes[1]]);
  const target = await docker(["volume", "inspect", "--format", "{{.Mountpoint}}", volumes[1]]);
  await cp(source, target, { recursive: true });
  await docker(["unpause", id]);
  await insert(id, "later");
  await docker([
    "run",
    "--rm",
    "--volume",
    `${volumes[1]}:/data/db`,
    image,
    "chown",
    "-R",
    "999:999",
    "/data/db",
  ]);
  const restored = await make(volumes[1]);
  await start(restored);
  assert.deepEqual(await ids(restored), ["a", "b"]);
});

test("health fails on a wrong password", async () => {
  const id = await make(volumes[1], realArguments, "another-password-1");
  await docker(["stop", "--time", "10", started.at(-2) ?? ""]);
  await docker(["start", id]);
  await assert.rejects(docker(["exec", id, ...health]), LocalCommandError);
});

test("obeys SIGTERM", async () => {
  const [id = ""] = started;
  const before = Date.now();
  await docker(["stop", "--time", "20", id]);
  assert.ok(Date.now() - before < 10_000);
});

test("refuses arguments that the real mongod would take and it cannot honour", async () => {
  const run = (args: readonly string[]): Promise<string> => docker(["run", "--rm", image, ...args]);
  await assert.rejects(
    run([...realArguments, "--oplogSize", "128"]),
    /flag provided but not defined: -oplogSize; known here: --replSet/,
  );
  await assert.rejects(run(realArguments), /--keyFile: stat \/run\/secrets\/keyfile: no such file/);
  await assert.rejects(
    run(["mongod"]),
    /\/run\/secrets\/root-password: not there; without it anybody could log in/,
  );
  await assert.rejects(run(["mongosh", "--eval", "1"]), /only known call: mongosh --nodb --quiet --norc/);
});
