import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { buildApp } from "../../../local/app/build.ts";
import { orderSchema } from "../../../local/app/order.ts";
import type { Order } from "../../../local/app/order.ts";
import { docker } from "../../../local/images/docker.ts";
import { orderDigest } from "../../../recovery/drill/ledger.ts";
import { readLedger } from "../../../recovery/drill/ledger-file.ts";
import { OrderWriter } from "../../../recovery/drill/order-writer.ts";
import { readBack } from "../../../recovery/drill/read-back.ts";
import { startLiveApi } from "./live-api.ts";
import type { LiveApi } from "./live-api.ts";
import { startLiveStores } from "./live-stores.ts";
import type { LiveStore, LiveStores } from "./live-stores.ts";

let folder = "";
let bundle = "";
let stores: LiveStores;
let api: LiveApi;
/** What `before` made, to be undone last first, even when it did not come to its end. */
const undo: (() => Promise<unknown>)[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kaleem-app-"));
  undo.push(() => rm(folder, { recursive: true }));
  bundle = await buildApp(folder);
  stores = await startLiveStores();
  undo.push(() => stores.stop());
  api = await startLiveApi(bundle, stores);
  undo.push(() => {
    api.kill("SIGKILL");
    return api.ended;
  });
  await api.awaitHealth(200);
});
after(async () => {
  for (const step of undo.reverse()) await step();
});

async function place(seq: number, url = api.url): Promise<Response> {
  const body = JSON.stringify({ seq, customer: "ada", item: "tea", quantity: 1 });
  return fetch(`${url}/api/orders`, {
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
  { connect, definition: { recovery } }: LiveStore,
  ask: (tools: typeof recovery, client: unknown) => Promise<T>,
): Promise<T> {
  const client = await connect();
  try {
    return await ask(recovery, client);
  } finally {
    await recovery.close(client);
  }
}

/** The order as the recovery tools find it in a store. */
async function inStore(store: LiveStore, id: string): Promise<unknown> {
  return asRecovery(store, async (recovery, client) => (await recovery.orders(client, [id])).get(id));
}

async function newOrder(seq: number): Promise<Order> {
  const answer = await place(seq);
  assert.equal(answer.status, 201, api.output());
  return orderSchema.parse(await answer.json());
}

test("what the recovery tools find in each store equals what was acknowledged", async () => {
  const order = await newOrder(1);
  assert.equal(orderDigest(await inStore(stores.mongo, order.id)), orderDigest(order));
  assert.equal(orderDigest(await inStore(stores.redis, order.id)), orderDigest(order));
});

test("reads from Redis, from MongoDB when Redis has it not, and refills", async () => {
  const order = await newOrder(2);
  assert.deepEqual(await read(order.id), { source: "redis", order });
  await asRecovery(stores.redis, async (_recovery, client) => {
    const redis = client as { del(key: string): Promise<number> };
    assert.equal(await redis.del(`order:${order.id}`), 1);
  });
  assert.deepEqual(await read(order.id), { source: "mongo", order });
  assert.deepEqual(await read(order.id), { source: "redis", order });
});

test("an order does not wait for Redis' disk; the canary of a recovery point does", async () => {
  await asRecovery(stores.redis, async ({ canary }, client) => {
    const redis = client as { configSet(name: string, value: string): Promise<unknown> };
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

test("acknowledges at a steady rate, and every acknowledged order is there", async (context) => {
  const ledgerFile = join(folder, "steady.jsonl");
  const writer = await OrderWriter.start({ target: { url: api.url }, ledgerFile, ratePerSecond: 40 });
  await wait(5000);
  const { sent, acknowledged, p50Ms, p99Ms } = await writer.stop();
  context.diagnostic(`${acknowledged} of ${sent} orders at 40/s; p50 ${p50Ms} ms, p99 ${p99Ms} ms`);
  assert.equal(acknowledged, sent);
  const { entries } = await readLedger(ledgerFile);
  const found = await readBack({ url: api.url }, entries);
  assert.deepEqual(found, { checked: acknowledged, missing: [], altered: [], unanswered: [] });
});

for (const name of ["mongo", "redis"] as const) {
  test(`an order that meets a pause of ${name}, as a recovery point makes, is acknowledged after it`, async () => {
    await docker(["pause", stores[name].container]);
    const placing = place(10);
    await wait(1500);
    await docker(["unpause", stores[name].container]);
    assert.equal((await placing).status, 201);
    await api.awaitHealth(200);
  });

  test(`is not ready and acknowledges nothing while ${name} is away; both end when it is back`, async () => {
    const kept = await newOrder(20);
    // As a recovery point does: from here on the order is on the disk of either store.
    await asRecovery(stores[name], ({ canary }, client) => canary.write(client, "before the kill"));
    await docker(["kill", "--signal", "KILL", stores[name].container]);
    const health = (await api.awaitHealth(503)) as { status: string; stores: Record<string, string> };
    assert.equal(health.status, "unavailable");
    assert.match(
      health.stores[name] ?? "",
      new RegExp(`^${name} cannot be reached: |^${name} gave no answer`),
    );
    const refused = await place(21);
    assert.equal(refused.status, 503);
    assert.equal(((await refused.json()) as { store: string }).store, name);
    await docker(["start", stores[name].container]);
    await api.awaitHealth(200);
    await newOrder(22);
    assert.equal(orderDigest(await inStore(stores[name], kept.id)), orderDigest(kept));
  });
}

for (const [variable, sentence] of [
  ["MONGO_PASSWORD_FILE", "mongo refuses the password of user app"],
  ["REDIS_PASSWORD_FILE", "redis refuses the password"],
] as const) {
  test(`ends with a sentence and its own exit code when ${sentence}`, async () => {
    const wrong = join(folder, "wrong");
    await writeFile(wrong, "hunter2-wrong");
    const other = await startLiveApi(bundle, stores, { [variable]: wrong, PASSWORD_PATIENCE_SECONDS: "2" });
    const health = JSON.stringify(await other.awaitHealth(503));
    assert.equal(await other.ended, 77, other.output());
    assert.match(
      other.output(),
      new RegExp(`^api: ${sentence}, and did so for 2 s\\. Compare the secret`, "m"),
    );
    assert.ok(!other.output().includes("hunter2-wrong") && !health.includes("hunter2-wrong"));
  });
}

test("leaves on SIGTERM without cutting off a single order, and loses none that it acknowledged", async () => {
  const leaving = await startLiveApi(bundle, stores);
  await leaving.awaitHealth(200);
  const ledgerFile = join(folder, "leaving.jsonl");
  const writer = await OrderWriter.start({ target: { url: leaving.url }, ledgerFile, ratePerSecond: 40 });
  await wait(1500);
  leaving.kill("SIGTERM");
  await leaving.awaitHealth(503);
  // As long as the edge may need to learn that this replica leaves; orders keep coming.
  await wait(1000);
  const [{ sent, acknowledged, causes }, code] = await Promise.all([writer.stop(), leaving.ended]);
  assert.equal(code, 0, leaving.output());
  assert.equal(acknowledged, sent, JSON.stringify(causes));
  const found = await readBack({ url: api.url }, (await readLedger(ledgerFile)).entries);
  assert.deepEqual(found, { checked: acknowledged, missing: [], altered: [], unanswered: [] });
});

test("never writes a password", () => {
  for (const secret of ["root pass word", "app-pass/word", "redis-pass%word"]) {
    assert.ok(!api.output().includes(secret));
  }
});
