import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { sign, signatureHeader } from "../../../local/app/webhooks/signature.ts";
import { loginName } from "../../../catalog/login-name.ts";
import { MongoOrders } from "../../../local/app/api/mongo-orders.ts";
import { sampleCheck } from "../../catalog/sample-catalog.ts";
import { buildApp } from "../../../local/app/build.ts";
import { orderSchema } from "../../../local/app/order.ts";
import type { Order } from "../../../local/app/order.ts";
import { makeWebhook } from "../../../local/app/webhooks/webhook.ts";
import { docker } from "../../../local/images/docker.ts";
import { digestOf } from "../../../recovery/business/ledger.ts";
import { readLedger } from "../../../recovery/business/ledger-file.ts";
import { CheckWriter } from "../../../recovery/business/check-writer.ts";
import { faultsIn, readBack } from "../../../recovery/business/read-back.ts";
import { objectsIn, ordersIn } from "./records-in.ts";
import { startLiveRole, storeEnvironment } from "./live-role.ts";
import type { LiveRole } from "./live-role.ts";
import { allSecrets, applicationSecrets, startLiveStores } from "./live-stores.ts";
import type { LiveStore, LiveStoreName, LiveStores } from "./live-stores.ts";

let folder = "";
let bundle = "";
let stores: LiveStores;
let embedding: LiveRole;
let api: LiveRole;
/** The same, as it runs on a host: its orders wait for a store that is stopped and started. */
let patient: LiveRole;
/** Where every role finds what it needs. */
let environment: Readonly<Record<string, string>> = {};
/** Every role that was started. */
const roles: LiveRole[] = [];
/** What `before` made, to be undone last first, even when it did not come to its end. */
const undo: (() => Promise<unknown>)[] = [];
/** Id → digest of every order that was acknowledged. */
const acknowledged = new Map<string, string>();

const declared = sampleCheck("order");
/** The sample's own, without what a worker makes later. */
const orderCheck = {
  ...declared,
  reads: Object.fromEntries(Object.entries(declared.reads).filter(([, { withinMs }]) => withinMs === 0)),
};

/** The stores that hold an order once it is acknowledged. */
const holders = ["mongo", "redis", "qdrant", "rabbitmq"] as const;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kaleem-app-"));
  undo.push(() => rm(folder, { recursive: true }));
  bundle = await buildApp(folder);
  stores = await startLiveStores();
  undo.push(() => stores.stop());
  undo.push(async () => {
    for (const role of roles) role.kill("SIGKILL");
    await Promise.all(roles.map(({ ended }) => ended));
  });
  environment = storeEnvironment(stores);
  embedding = await start("embedding");
  environment = { ...environment, EMBEDDING_URL: embedding.url };
  [api, patient] = await Promise.all([start("api", { STORE_PATIENCE_SECONDS: "1" }), start("api")]);
  await Promise.all([api.awaitHealth(200), patient.awaitHealth(200)]);
});
after(async () => {
  for (const step of undo.reverse()) await step();
});

async function start(role: Parameters<typeof startLiveRole>[1], changed = {}): Promise<LiveRole> {
  const started = await startLiveRole(bundle, role, { ...environment, ...changed });
  roles.push(started);
  return started;
}

async function place(seq: number, at = api): Promise<Response> {
  const body = JSON.stringify({ seq, customer: "ada", item: "tea", quantity: 1 });
  return fetch(`${at.url}/api/orders`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
}

async function read(id: string): Promise<{ source: string | null; order: unknown }> {
  const answer = await fetch(`${api.url}/api/orders/${id}`);
  assert.equal(answer.status, 200);
  return { source: answer.headers.get("x-order-source"), order: await answer.json() };
}

/** Asks a store as the recovery tools do. */
async function asRecovery<T>(
  { container, definition: { recovery } }: LiveStore,
  ask: (tools: StatefulDefinition["recovery"], client: unknown) => Promise<T>,
): Promise<T> {
  return container.use((client) => ask(recovery, client));
}

/** Which of these orders (id → digest) a store has not, and which it has altered, as the recovery tools find them. */
async function flawsOf(name: LiveStoreName, expected: ReadonlyMap<string, string>): Promise<Flaws> {
  const ids = [...expected.keys()];
  const found = await ordersOf(name, ids);
  return {
    missing: ids.filter((id) => !found.has(id)),
    altered: ids.filter((id) => found.has(id) && digestOf(found.get(id)) !== expected.get(id)),
  };
}

interface Flaws {
  readonly missing: readonly string[];
  readonly altered: readonly string[];
}

const flawless: Flaws = { missing: [], altered: [] };

function ordersOf(name: LiveStoreName, ids: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  return asRecovery(stores[name], (_recovery, client) => ordersIn[name](client, ids));
}

const digests = (order: Order): ReadonlyMap<string, string> => new Map([[order.id, digestOf(order)]]);

async function accepted(placing: Promise<Response>): Promise<Order> {
  const answer = await placing;
  assert.equal(answer.status, 201, api.output());
  const order = orderSchema.parse(await answer.json());
  acknowledged.set(order.id, digestOf(order));
  return order;
}

const newOrder = (seq: number): Promise<Order> => accepted(place(seq));

/** Reads the orders of a ledger back through the API and from each store: all are there, none altered. */
async function proveLedger(ledgerFile: string): Promise<void> {
  const { entries } = await readLedger(ledgerFile);
  const found = await readBack({ url: api.url }, orderCheck, entries);
  assert.equal(found.checked, entries.length);
  assert.deepEqual(faultsIn(found), { missing: 0, altered: 0, unanswered: 0 });
  const expected = new Map(entries.map(({ id, digest }) => [id, digest]));
  for (const [id, digest] of expected) acknowledged.set(id, digest);
  for (const name of holders) assert.deepEqual(await flawsOf(name, expected), flawless, name);
}

/** Polls until `ask` gives something. */
async function until<T>(ask: () => Promise<T | undefined>, what: string, limitMs = 20_000): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await wait(100);
  }
}

test("what the recovery tools find in each store equals what was acknowledged", async () => {
  const order = await newOrder(1);
  for (const name of holders) assert.deepEqual(await flawsOf(name, digests(order)), flawless, name);
});

test("reads from Redis, from MongoDB when Redis has it not, and refills", async () => {
  const order = await newOrder(2);
  assert.deepEqual(await read(order.id), { source: "redis", order });
  await asRecovery(stores.redis, async (_recovery, client) => {
    const { redis } = client as { redis: { del(key: string): Promise<number> } };
    assert.equal(await redis.del(`order:${order.id}`), 1);
  });
  assert.deepEqual(await read(order.id), { source: "mongo", order });
  assert.deepEqual(await read(order.id), { source: "redis", order });
});

test("an order does not wait for Redis' disk; the canary of a recovery point does", async () => {
  await asRecovery(stores.redis, async ({ canary }, client) => {
    const { redis } = client as { redis: { configSet(name: string, value: string): Promise<unknown> } };
    // Redis on its own never syncs.
    await redis.configSet("appendfsync", "no");
    try {
      const order = await newOrder(3);
      assert.deepEqual(await read(order.id), { source: "redis", order });
      await assert.rejects(
        canary.write(client, "unsynced"),
        /^Error: redis: the canary was not on disk within 5000 ms$/,
      );
    } finally {
      await redis.configSet("appendfsync", "everysec");
    }
  });
});

test("an order that MongoDB has taken without being heard is taken again, once, and stays as it is", async () => {
  const order = await newOrder(4);
  const password = applicationSecrets["mongo-password"];
  const archive = new MongoOrders({
    url: environment["MONGO_URL"] ?? "",
    user: loginName("app", password),
    password,
  });
  try {
    await archive.insert(order);
  } finally {
    await archive.close();
  }
  assert.deepEqual(await flawsOf("mongo", digests(order)), flawless);
});

test("acknowledges at a steady rate, and every acknowledged order is in every store", async (context) => {
  const ledgerFile = join(folder, "steady.jsonl");
  const writer = await CheckWriter.start({
    target: { url: api.url },
    check: orderCheck,
    ledgerFile,
    ratePerSecond: 40,
  });
  await wait(5000);
  const figures = await writer.stop();
  const { sent, p50Ms, p99Ms } = figures;
  context.diagnostic(`${figures.acknowledged} of ${sent} orders at 40/s; p50 ${p50Ms} ms, p99 ${p99Ms} ms`);
  assert.equal(figures.acknowledged, sent, JSON.stringify(figures.causes));
  await proveLedger(ledgerFile);
});

/** What can happen to each thing that the API needs. */
interface Fate {
  pause(): Promise<unknown>;
  resume(): Promise<unknown>;
  kill(): Promise<unknown>;
  start(): Promise<unknown>;
}

function fateOf(name: (typeof holders)[number] | "embedding"): Fate {
  if (name === "embedding") {
    return {
      pause: async () => embedding.kill("SIGSTOP"),
      resume: async () => embedding.kill("SIGCONT"),
      async kill() {
        embedding.kill("SIGKILL");
        await embedding.ended;
      },
      async start() {
        embedding = await start("embedding", { PORT: new URL(embedding.url).port });
      },
    };
  }
  const { container } = stores[name];
  return {
    pause: () => docker(["pause", container.id]),
    resume: () => docker(["unpause", container.id]),
    kill: () => docker(["kill", "--signal", "KILL", container.id]),
    start: () => container.start(),
  };
}

for (const name of [...holders, "embedding"] as const) {
  test(`an order that meets a pause of ${name}, as a recovery point makes, is acknowledged after it`, async () => {
    const fate = fateOf(name);
    await fate.pause();
    const placing = place(10);
    const answer = await Promise.race([placing, wait(1500)]);
    await fate.resume();
    assert.equal(answer, undefined, `answered during the pause: ${answer?.status}`);
    await accepted(placing);
    await api.awaitHealth(200);
  });

  test(`is not ready and acknowledges nothing while ${name} is away, at the end of its patience; both end when it is back`, async () => {
    const fate = fateOf(name);
    const kept = await newOrder(20);
    // As a recovery point does: from here on the order is on the disk of each store.
    if (name !== "embedding")
      await asRecovery(stores[name], ({ canary }, client) => canary.write(client, "before the kill"));
    await fate.kill();
    const health = (await api.awaitHealth(503)) as { status: string; stores: Record<string, string> };
    assert.equal(health.status, "unavailable");
    assert.match(
      health.stores[name] ?? "",
      new RegExp(`^${name} cannot be reached: |^${name} gave no answer`),
    );
    const refused = await place(21);
    assert.equal(refused.status, 503);
    assert.equal(((await refused.json()) as { store: string }).store, name);
    const waiting = place(23, patient);
    assert.equal(await Promise.race([waiting, wait(1500)]), undefined, "it has not waited");
    await fate.start();
    await api.awaitHealth(200);
    const waited = await accepted(waiting);
    if (name !== "embedding") assert.deepEqual(await flawsOf(name, digests(waited)), flawless);
    await newOrder(22);
    if (name !== "embedding") assert.deepEqual(await flawsOf(name, digests(kept)), flawless);
  });
}

describe("ends with a sentence and its own exit code when", { concurrency: true }, () => {
  for (const [role, variable, sentence] of [
    ["api", "MONGO_PASSWORD_FILE", "mongo refuses the password of user app"],
    ["api", "REDIS_PASSWORD_FILE", "redis refuses the password"],
    ["api", "QDRANT_API_KEY_FILE", "qdrant refuses the API key"],
    ["api", "RABBITMQ_PASSWORD_FILE", "rabbitmq refuses the password of user app, or a right"],
    [
      "worker",
      "MINIO_PASSWORD_FILE",
      "minio refuses the password of user app, or a right: SignatureDoesNotMatch",
    ],
  ] as const) {
    test(sentence, async () => {
      const wrong = join(folder, `wrong-${variable}`);
      await writeFile(wrong, "hunter2-wrong");
      const changed = { [variable]: wrong, PASSWORD_PATIENCE_SECONDS: "2" };
      const other = await start(role, changed);
      const health = JSON.stringify(await other.awaitHealth(503));
      assert.equal(await other.ended, 77, other.output());
      assert.match(
        other.output(),
        new RegExp(`^${role}: ${sentence}, for 2 s now\\. Compare the secret`, "m"),
      );
      assert.ok(!other.output().includes("hunter2-wrong") && !health.includes("hunter2-wrong"));
    });
  }
});

test("leaves on SIGTERM without cutting off a single order, and loses none that it acknowledged", async () => {
  const leaving = await start("api");
  await leaving.awaitHealth(200);
  const ledgerFile = join(folder, "leaving.jsonl");
  const writer = await CheckWriter.start({
    target: { url: leaving.url },
    check: orderCheck,
    ledgerFile,
    ratePerSecond: 40,
  });
  await wait(1500);
  leaving.kill("SIGTERM");
  await leaving.awaitHealth(503);
  // As long as the edge may need to learn that this replica leaves; orders keep coming.
  await wait(1000);
  const [figures, code] = await Promise.all([writer.stop(), leaving.ended]);
  assert.equal(code, 0, leaving.output());
  assert.equal(figures.acknowledged, figures.sent, JSON.stringify(figures.causes));
  await proveLedger(ledgerFile);
});

// From here on a worker empties the queues.
describe("a worker", () => {
  let worker: LiveRole;
  before(async () => {
    worker = await start("worker");
    await worker.awaitHealth(200);
  });

  /** Returns once each of these orders has a receipt. */
  const receiptsOf = (orders: ReadonlyMap<string, string>): Promise<Flaws> =>
    until(async () => {
      const flaws = await flawsOf("minio", orders);
      return flaws.missing.length === 0 ? flaws : undefined;
    }, `an object for each of ${orders.size} orders`);

  test("turns every queued order into an object equal to it, and leaves none in the queue", async () => {
    assert.ok(acknowledged.size > 200, String(acknowledged.size));
    assert.deepEqual(await receiptsOf(acknowledged), flawless);
    // The last ones are acknowledged to the queue just after their objects are stored.
    await until(async () => {
      const left = await ordersOf("rabbitmq", [...acknowledged.keys()]);
      return left.size === 0 ? left : undefined;
    }, "an empty queue");
  });

  test("holds an order while MinIO is away, and writes its receipt when it is back", async () => {
    await docker(["kill", "--signal", "KILL", stores.minio.container.id]);
    const health = (await worker.awaitHealth(503)) as { stores: Record<string, string> };
    assert.match(health.stores["minio"] ?? "", /^minio cannot be reached: |^minio gave no answer/);
    const order = await newOrder(30);
    await stores.minio.container.start();
    assert.deepEqual(await receiptsOf(digests(order)), flawless);
    await worker.awaitHealth(200);
  });

  test("records a webhook with a right signature; one with a wrong signature is refused", async () => {
    const webhooks = await start("webhooks");
    await webhooks.awaitHealth(200);
    const signedAt = Math.floor(Date.now() / 1000);
    const post = (text: string, key: string) =>
      fetch(`${webhooks.url}/webhooks/bank`, {
        method: "POST",
        body: text,
        headers: { [signatureHeader]: sign(key, signedAt, "bank", Buffer.from(text)) },
      });
    const refused = await post("forged", "another key");
    assert.equal(refused.status, 401);
    assert.deepEqual(await refused.json(), {
      error: "This webhook is not accepted: the signature does not match.",
    });
    const taken = await post('{"paid": "Ünï"}', applicationSecrets["signing-key"]);
    assert.equal(taken.status, 202, webhooks.output());
    const [right, wrong] = ['{"paid": "Ünï"}', "forged"].map((text) => makeWebhook("bank", signedAt, text));
    assert.ok(right !== undefined && wrong !== undefined);
    assert.deepEqual(await taken.json(), { id: right.id });
    const found = await until(async () => {
      const recorded = await asRecovery(stores.minio, (_recovery, client) =>
        objectsIn(client, "webhooks", [right.id, wrong.id]),
      );
      return recorded.has(right.id) ? recorded : undefined;
    }, "the webhook's object");
    assert.deepEqual([...found], [[right.id, right]]);
  });

  test("leaves on SIGTERM", async () => {
    worker.kill("SIGTERM");
    assert.equal(await worker.ended, 0, worker.output());
  });
});

test("no role ever writes a secret", () => {
  const written = roles.map((role) => role.output()).join("\n");
  assert.ok(written.length > 0);
  for (const secret of allSecrets) assert.ok(!written.includes(secret));
});
