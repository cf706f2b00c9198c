import { AmqpConnection } from "../amqp-connection.ts";
import type { AmqpSettings } from "../amqp-connection.ts";
import { AmqpOutlet } from "../amqp-outlet.ts";
import type { Order } from "../order.ts";
import type { ReceiptQueue } from "./order-stores.ts";

/** Orders on their way to a receipt: exchange `orders`, queue `receipts`; the body is the order. */
export class RabbitReceipts implements ReceiptQueue {
  readonly name = "rabbitmq";
  readonly #connection: AmqpConnection;
  readonly #outlet: AmqpOutlet;

  constructor(settings: AmqpSettings) {
    this.#connection = new AmqpConnection(settings, "kaleem-api");
    this.#outlet = new AmqpOutlet(this.#connection, {
      exchange: "orders",
      routingKey: "receipts",
      queue: "receipts",
    });
  }

  probe(): Promise<void> {
    return this.#outlet.probe();
  }

  publish(order: Order): Promise<void> {
    return this.#outlet.send({ id: order.id, body: Buffer.from(JSON.stringify(order)) });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
