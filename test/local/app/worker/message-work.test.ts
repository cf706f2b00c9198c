import assert from "node:assert/strict";
import { test } from "node:test";
import { makeOrder } from "../../../../local/app/order.ts";
import { StoreError } from "../../../../local/app/store-error.ts";
import { makeWebhook } from "../../../../local/app/webhooks/webhook.ts";
import { MessageWork } from "../../../../local/app/worker/message-work.ts";

const order = makeOrder({ customer: "ada", item: "tea", quantity: 1, seq: 7 });
const orderBody = Buffer.from(JSON.stringify(order));
const delivery = (body: Buffer | string, queue = "receipts") => ({
  queue,
  id: "m1",
  body: Buffer.from(body),
});

function parts(failures: readonly (StoreError | Error)[] = []) {
  const objects = new Map<string, string>();
  const dead: string[] = [];
  const deadFailures: Error[] = [];
  const troubles: unknown[] = [];
  const pending = [...failures];
  const silent = () => undefined;
  const work = new MessageWork({
    objects: {
      name: "minio",
      probe: async () => undefined,
      close: async () => undefined,
      async put(key, body) {
        const failure = pending.shift();
        if (failure !== undefined) throw failure;
        objects.set(key, body.toString());
      },
    },
    dead: {
      async send({ queue, id }, why) {
        const failure = deadFailures.shift();
        if (failure !== undefined) throw failure;
        dead.push(`${queue} ${id}: ${why}`);
      },
    },
    log: { warn: silent, error: silent },
    onTrouble: (trouble) => troubles.push(trouble),
    tries: 3,
    firstWaitMs: 1,
    longestWaitMs: 2,
  });
  return { work, objects, dead, deadFailures, troubles };
}
const live = () => new AbortController().signal;
const away = new StoreError("minio", "away", "minio cannot be reached: test");
const refused = new StoreError("minio", "refused", "minio refuses the password");
const failed = new StoreError("minio", "failed", "minio answered with an error: 400 Bad");

test("makes an order's receipt of the message, byte for byte, under the order's id", async () => {
  const { work, objects, dead } = parts();
  assert.equal(await work.process(delivery(orderBody), live()), "stored");
  assert.deepEqual([...objects], [[`orders/${order.id}.json`, orderBody.toString()]]);
  assert.deepEqual(dead, []);
});

test("records a webhook under its id", async () => {
  const { work, objects } = parts();
  const webhook = makeWebhook("shop", 1_795_000_000, "paid");
  const body = JSON.stringify(webhook);
  assert.equal(await work.process(delivery(body, "webhooks"), live()), "stored");
  assert.deepEqual([...objects], [[`webhooks/${webhook.id}.json`, body]]);
});

test("a message that comes again gives the same object", async () => {
  const { work, objects } = parts();
  await work.process(delivery(orderBody), live());
  await work.process(delivery(orderBody), live());
  assert.equal(objects.size, 1);
});

test("never gives a good order up for a store that is away or refuses the password", async () => {
  const { work, objects, dead, troubles } = parts([...Array<StoreError>(20).fill(away), refused, refused]);
  assert.equal(await work.process(delivery(orderBody), live()), "stored");
  assert.deepEqual([objects.size, dead.length, troubles.length], [1, 0, 22]);
});

test("what the store answers with an error is tried so often, then goes to the dead letters with the reason", async () => {
  const few = parts([failed, away, failed]);
  assert.equal(await few.work.process(delivery(orderBody), live()), "stored");
  const many = parts([failed, away, failed, failed]);
  assert.equal(await many.work.process(delivery(orderBody), live()), "dead");
  assert.deepEqual(many.dead, ["receipts m1: minio answered with an error: 400 Bad, 3 times"]);
  assert.equal(many.objects.size, 0);
});

for (const [title, body, queue, why] of [
  ["no JSON", "{", "receipts", /^receipts m1: not JSON$/],
  ["no order", "{}", "receipts", /^receipts m1: not an order: id: /],
  [
    "an order with more in it",
    JSON.stringify({ ...order, x: 1 }),
    "receipts",
    /not an order: : Unrecognized key/,
  ],
  [
    "an id that is a path",
    JSON.stringify({ ...order, id: "../x" }),
    "receipts",
    /not an order: id: Invalid UUID/,
  ],
  ["an order among the webhooks", orderBody.toString(), "webhooks", /^webhooks m1: not a webhook: /],
  ["a queue that nobody knows", "{}", "canary", /^canary m1: unknown queue canary$/],
] as const) {
  test(`poison goes to the dead letters at once: ${title}`, async () => {
    const { work, objects, dead, troubles } = parts();
    assert.equal(await work.process(delivery(body, queue), live()), "dead");
    assert.match(dead[0] ?? "", why);
    assert.deepEqual([objects.size, troubles.length], [0, 0]);
  });
}

test("a message is not given up before the dead letters have it", async () => {
  const { work, dead, deadFailures } = parts();
  deadFailures.push(...Array<StoreError>(10).fill(new StoreError("rabbitmq", "failed", "no queue dead")));
  assert.equal(await work.process(delivery("{"), live()), "dead");
  assert.deepEqual([dead.length, deadFailures.length], [1, 0]);
});

test("once it is to stop, it leaves what cannot be done to the queue", async () => {
  const { work, objects, dead } = parts(Array<StoreError>(100_000).fill(away));
  const stopping = new AbortController();
  const working = work.process(delivery(orderBody), stopping.signal);
  setTimeout(() => {
    stopping.abort();
  }, 20);
  await assert.rejects(working, { name: "AbortError" });
  assert.deepEqual([objects.size, dead.length], [0, 0]);
});
