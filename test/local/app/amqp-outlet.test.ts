import assert from "node:assert/strict";
import { test } from "node:test";
import { AmqpOutlet } from "../../../local/app/amqp-outlet.ts";
import { StoreError } from "../../../local/app/store-error.ts";
import { FakeBroker } from "./fake-broker.ts";

const target = { exchange: "orders", routingKey: "receipts", queue: "receipts" };
const message = { id: "order-1", body: Buffer.from("{}") };

function parts() {
  const broker = new FakeBroker("receipts");
  return { broker, outlet: new AmqpOutlet(broker, target) };
}

test("sends persistent JSON that must reach a queue, and returns once that is confirmed", async () => {
  const { broker, outlet } = parts();
  await outlet.send(message);
  const [published] = broker.published;
  assert.deepEqual([published?.exchange, published?.key, published?.body], ["orders", "receipts", "{}"]);
  assert.deepEqual(published?.options, {
    messageId: "order-1",
    contentType: "application/json",
    persistent: true,
    mandatory: true,
  });
});

test("sends all over one channel, and over a new one when that is gone", async () => {
  const { broker, outlet } = parts();
  await Promise.all([outlet.send(message), outlet.send({ ...message, id: "order-2" })]);
  assert.equal(broker.channels.length, 1);
  broker.lose();
  await outlet.send(message);
  assert.equal(broker.channels.length, 2);
});

for (const [fate, kind, said] of [
  ["refuse", "failed", /^rabbitmq refused to keep a message$/],
  ["return", "failed", /^rabbitmq has no queue for exchange orders, routing key receipts$/],
] as const) {
  test(`a message that meets "${fate}" is not sent`, async () => {
    const { broker, outlet } = parts();
    broker.onPublish = fate;
    await assert.rejects(outlet.send(message), { store: "rabbitmq", kind, message: said });
    broker.onPublish = "confirm";
    await outlet.send(message);
  });
}

test("a message that is never confirmed is not sent, after 5 s", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { broker, outlet } = parts();
  broker.onPublish = "silence";
  const sending = assert.rejects(outlet.send(message), {
    kind: "away",
    message: "rabbitmq did not confirm a message within 5000 ms",
  });
  await new Promise((resolve) => setImmediate(resolve));
  context.mock.timers.tick(5000);
  await sending;
});

test("while the broker takes no messages nothing is sent, and it is not ready", async () => {
  const { broker, outlet } = parts();
  await outlet.send(message);
  broker.blocked = new StoreError("rabbitmq", "failed", "rabbitmq takes no messages: low on disk");
  await assert.rejects(outlet.send(message), broker.blocked);
  await assert.rejects(outlet.probe(), broker.blocked);
  assert.equal(broker.published.length, 1);
});

test("is ready when the queue is there; asking for a missing one disturbs no sending", async () => {
  const { broker, outlet } = parts();
  await outlet.probe();
  broker.queues.delete("receipts");
  const sending = outlet.send(message);
  await assert.rejects(outlet.probe(), { kind: "failed", message: /NOT_FOUND - no queue 'receipts'$/ });
  await sending;
  broker.queues.set("receipts", []);
  await outlet.probe();
});

test("a connection that is away is said, and the next try opens anew", async () => {
  const { broker, outlet } = parts();
  broker.trouble = new StoreError("rabbitmq", "away", "rabbitmq cannot be reached: test");
  await assert.rejects(outlet.send(message), broker.trouble);
  await assert.rejects(outlet.probe(), broker.trouble);
  broker.trouble = undefined;
  await outlet.send(message);
  await outlet.probe();
});
