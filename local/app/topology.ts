import type { Channel } from "amqplib";

/** Kept for good, and given back for as long as it takes: an order was acknowledged before its message is worked on. */
const kept = {
  "x-queue-type": "quorum",
  "x-delivery-limit": -1,
  "x-dead-letter-exchange": "dead",
  "x-dead-letter-strategy": "at-least-once",
  "x-overflow": "reject-publish",
};

/**
 * Declares the application's own exchanges and queues; what is there already stays. Each role does so whenever it connects: whoever is first
 * makes them, and a broker that came back empty has them again.
 * @throws when one is there in another shape
 */
export async function declareTopology(channel: Channel): Promise<void> {
  await channel.assertExchange("orders", "direct", { durable: true });
  await channel.assertExchange("webhooks", "direct", { durable: true });
  await channel.assertExchange("dead", "fanout", { durable: true });
  await channel.assertQueue("receipts", { durable: true, arguments: kept });
  await channel.assertQueue("webhooks", { durable: true, arguments: kept });
  await channel.assertQueue("dead", {
    durable: true,
    arguments: { "x-queue-type": "quorum", "x-delivery-limit": -1 },
  });
  await channel.bindQueue("receipts", "orders", "receipts");
  await channel.bindQueue("webhooks", "webhooks", "webhooks");
  await channel.bindQueue("dead", "dead", "");
}
