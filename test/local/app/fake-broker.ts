import { EventEmitter } from "node:events";
import type { Channel, ConfirmChannel, ConsumeMessage, Message } from "amqplib";
import type { AmqpChannels } from "../../../local/app/amqp-channels.ts";

interface Published {
  readonly exchange: string;
  readonly key: string;
  readonly body: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * A broker in memory, as far as a sender and a consumer see one through their channels. What is not acknowledged when a channel
 * ends is delivered again on the next one.
 */
export class FakeBroker implements AmqpChannels {
  readonly queues = new Map<string, string[]>();
  readonly published: Published[] = [];
  readonly acknowledged: string[] = [];
  /** What the broker does with a message that is sent. */
  onPublish: "confirm" | "refuse" | "return" | "silence" = "confirm";
  /** Thrown for each new channel. */
  trouble: Error | undefined;
  blocked: Error | undefined;
  channels: FakeChannel[] = [];
  closed = false;

  constructor(...queues: readonly string[]) {
    for (const queue of queues) this.queues.set(queue, []);
  }

  async channel(): Promise<Channel> {
    return this.#open() as unknown as Channel;
  }

  async confirmChannel(): Promise<ConfirmChannel> {
    this.requireUnblocked();
    return this.#open() as unknown as ConfirmChannel;
  }

  requireUnblocked(): void {
    if (this.blocked !== undefined) throw this.blocked;
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** Every connection is gone at once. */
  lose(): void {
    for (const channel of this.channels) channel.end();
  }

  #open(): FakeChannel {
    if (this.trouble !== undefined) throw this.trouble;
    const channel = new FakeChannel(this);
    this.channels.push(channel);
    return channel;
  }
}

class FakeChannel extends EventEmitter {
  readonly #broker: FakeBroker;
  readonly #unacknowledged = new Map<number, { queue: string; body: string }>();
  #tag = 0;
  #open = true;
  readonly consuming = new Set<string>();

  constructor(broker: FakeBroker) {
    super();
    this.#broker = broker;
  }

  end(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const { queue, body } of this.#unacknowledged.values())
      this.#broker.queues.get(queue)?.unshift(body);
    this.#unacknowledged.clear();
    this.emit("close");
  }

  async close(): Promise<void> {
    this.#requireOpen();
    this.end();
  }

  async prefetch(): Promise<void> {
    this.#requireOpen();
  }

  async checkQueue(queue: string): Promise<object> {
    this.#requireOpen();
    if (this.#broker.queues.has(queue)) return {};
    this.end();
    throw Object.assign(new Error(`NOT_FOUND - no queue '${queue}'`), { code: 404 });
  }

  async consume(queue: string, onMessage: (message: ConsumeMessage | null) => void): Promise<object> {
    await this.checkQueue(queue);
    this.consuming.add(queue);
    this.on(`deliver ${queue}`, () => {
      for (const body of this.#broker.queues.get(queue)?.splice(0) ?? []) {
        const deliveryTag = ++this.#tag;
        this.#unacknowledged.set(deliveryTag, { queue, body });
        const message = {
          content: Buffer.from(body),
          fields: { deliveryTag },
          properties: { messageId: body },
        };
        onMessage(message as unknown as ConsumeMessage);
      }
    });
    this.on(`cancelled ${queue}`, () => {
      onMessage(null);
    });
    setImmediate(() => this.emit(`deliver ${queue}`));
    return { consumerTag: queue };
  }

  async cancel(tag: string): Promise<void> {
    this.#requireOpen();
    this.consuming.delete(tag);
    this.removeAllListeners(`deliver ${tag}`);
  }

  ack(message: Message): void {
    this.#requireOpen();
    this.#unacknowledged.delete(message.fields.deliveryTag);
    this.#broker.acknowledged.push(message.content.toString());
  }

  publish(
    exchange: string,
    key: string,
    body: Buffer,
    options: Record<string, unknown>,
    confirm: (error: unknown) => void,
  ): boolean {
    this.#requireOpen();
    this.#broker.published.push({ exchange, key, body: body.toString(), options });
    const { onPublish } = this.#broker;
    setImmediate(() => {
      if (onPublish === "return") this.emit("return", { properties: { messageId: options["messageId"] } });
      if (onPublish === "refuse") confirm(new Error("message nacked"));
      else if (onPublish !== "silence") confirm(null);
    });
    return true;
  }

  #requireOpen(): void {
    if (!this.#open) throw new Error("Channel closed");
  }
}
