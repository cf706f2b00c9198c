import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "node:test";
import { StoreError } from "../../../../local/app/store-error.ts";
import { AmqpConsumer } from "../../../../local/app/worker/amqp-consumer.ts";
import type { AmqpConsumerParts } from "../../../../local/app/worker/amqp-consumer.ts";
import { FakeBroker } from "../fake-broker.ts";

function parts(handle: AmqpConsumerParts["handle"] = async () => undefined) {
  const broker = new FakeBroker("receipts", "webhooks");
  const said: string[] = [];
  const log = {
    info: (...line: unknown[]) => said.push(String(line.at(-1))),
    warn: (line: unknown) => said.push(String(line)),
  };
  const consumer = new AmqpConsumer({
    connection: broker,
    queues: ["receipts", "webhooks"],
    prefetch: 5,
    handle,
    log,
    retryMs: 5,
  });
  return { broker, consumer, said };
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 2000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error("not within 2 s");
    await wait(2);
  }
}

const isReady = (consumer: AmqpConsumer) =>
  consumer.probe().then(
    () => true,
    () => false,
  );

test("acknowledges each message of every queue after its work, not before", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const { broker, consumer } = parts(({ id }) => (id === "slow" ? held : Promise.resolve()));
  broker.queues.get("receipts")?.push("slow", "a");
  broker.queues.get("webhooks")?.push("b");
  consumer.start();
  await until(() => broker.acknowledged.length === 2);
  assert.deepEqual(broker.acknowledged, ["a", "b"]);
  release();
  await until(() => broker.acknowledged.includes("slow"));
  await consumer.finish();
});

test("is ready only while it consumes, and says why it does not", async () => {
  const { broker, consumer, said } = parts();
  broker.trouble = new StoreError("rabbitmq", "refused", "rabbitmq refuses the password");
  await assert.rejects(consumer.probe(), /not consuming yet/);
  consumer.start();
  await until(() => said.length === 1);
  await assert.rejects(consumer.probe(), broker.trouble);
  broker.trouble = undefined;
  await until(() => isReady(consumer));
  assert.deepEqual(said, ["not consuming: rabbitmq refuses the password", "consuming"]);
  await consumer.finish();
});

test("what was in work when the broker was lost comes again", async () => {
  const tries: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const { broker, consumer } = parts(async ({ id }) => {
    tries.push(id);
    if (tries.length === 1) await held;
  });
  broker.queues.get("receipts")?.push("m");
  consumer.start();
  await until(() => tries.length === 1);
  broker.lose();
  await until(() => broker.acknowledged.length === 1);
  // The first work ends late, on a channel that is gone: its acknowledgement harms nobody.
  release();
  await wait(10);
  assert.deepEqual([tries, broker.acknowledged], [["m", "m"], ["m"]]);
  await consumer.finish();
});

test("subscribes again when the broker ends the subscription", async () => {
  const { broker, consumer } = parts();
  consumer.start();
  await until(() => isReady(consumer));
  broker.channels[0]?.emit("cancelled receipts");
  await until(() => broker.channels.length === 2);
  broker.queues.get("receipts")?.push("later");
  await until(() => isReady(consumer));
  broker.channels[1]?.emit("deliver receipts");
  await until(() => broker.acknowledged.length === 1);
  await consumer.finish();
});

test("finishing takes no more, completes what is done and leaves the rest to the queue", async () => {
  const { broker, consumer } = parts(async ({ id }, stopping) => {
    if (id === "quick") await wait(20);
    else await wait(60_000, undefined, { signal: stopping });
  });
  broker.queues.get("receipts")?.push("quick", "stuck");
  consumer.start();
  await until(() => isReady(consumer));
  await wait(5);
  await consumer.finish();
  assert.deepEqual(broker.acknowledged, ["quick"]);
  assert.deepEqual(broker.queues.get("receipts"), ["stuck"]);
  await assert.rejects(consumer.probe());
  await consumer.close();
  assert.equal(broker.closed, true);
});

test("finishing before it ever consumed ends at once", async () => {
  const { broker, consumer } = parts();
  broker.trouble = new StoreError("rabbitmq", "away", "away");
  consumer.start();
  await consumer.finish();
});
