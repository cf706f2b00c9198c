import { setTimeout as wait } from "node:timers/promises";
import type { Channel, ConsumeMessage } from "amqplib";
import type { Logger } from "pino";
import { asAmqpError } from "../amqp-connection.ts";
import type { AmqpChannels } from "../amqp-channels.ts";
import type { Dependency } from "../dependency.ts";
import { StoreError } from "../store-error.ts";
import type { Delivery } from "./message-work.ts";

export interface AmqpConsumerParts {
  readonly connection: AmqpChannels;
  readonly queues: readonly string[];
  /** Messages in work at once, for each queue. */
  readonly prefetch: number;
  /** Returns when the message may be acknowledged; rejects to leave it to the queue. */
  readonly handle: (delivery: Delivery, stopping: AbortSignal) => Promise<void>;
  readonly log: Pick<Logger, "info" | "warn">;
  /** @default 500 */
  readonly retryMs?: number;
}

/**
 * Takes messages from queues and acknowledges each when its work is done, through every loss of the broker. What was in work
 * then comes again, here or at another worker: work must bear repetition.
 */
export class AmqpConsumer implements Dependency {
  readonly name = "rabbitmq";
  readonly #parts: AmqpConsumerParts;
  readonly #stopping = new AbortController();
  readonly #inWork = new Set<Promise<void>>();
  #running: Promise<void> = Promise.resolve();
  #consuming = false;
  #trouble = new StoreError("rabbitmq", "away", "rabbitmq: not consuming yet");

  constructor(parts: AmqpConsumerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Takes no more messages; returns when those in work are done, or left to the queue since they could not be done. */
  async finish(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async probe(): Promise<void> {
    if (!this.#consuming) throw this.#trouble;
  }

  close(): Promise<void> {
    return this.#parts.connection.close();
  }

  async #run(): Promise<void> {
    const { log, queues, retryMs = 500 } = this.#parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#consume(() => {
          log.info({ queues }, "consuming");
        });
        this.#trouble = new StoreError("rabbitmq", "away", "rabbitmq: its channel was closed");
      } catch (error) {
        const trouble = asAmqpError(error);
        if (trouble.message !== this.#trouble.message) log.warn(`not consuming: ${trouble.message}`);
        this.#trouble = trouble;
      }
      await wait(retryMs, undefined, { signal }).catch(() => undefined); // Cut short when we are to stop.
    }
  }

  /** Consumes until the channel is closed by the broker or its loss, or by us once we are to stop and all work is done. */
  async #consume(onReady: () => void): Promise<void> {
    const { connection, queues, prefetch } = this.#parts;
    const { signal } = this.#stopping;
    const channel = await connection.channel();
    const closed = new Promise<"closed">((resolve) => {
      channel.on("close", () => {
        resolve("closed");
      });
    });
    try {
      await channel.prefetch(prefetch);
      const tags = [];
      for (const queue of queues) {
        const onMessage = (message: ConsumeMessage | null) => {
          this.#take(channel, queue, message);
        };
        tags.push((await channel.consume(queue, onMessage)).consumerTag);
      }
      this.#consuming = true;
      onReady();
      const stopped = new Promise<"stopped">((resolve) => {
        signal.addEventListener("abort", () => {
          resolve("stopped");
        });
        if (signal.aborted) resolve("stopped");
      });
      if ((await Promise.race([closed, stopped])) === "closed") return;
      for (const tag of tags) await channel.cancel(tag);
      await Promise.all(this.#inWork);
    } finally {
      this.#consuming = false;
      await closeQuietly(channel);
    }
  }

  #take(channel: Channel, queue: string, message: ConsumeMessage | null): void {
    // Null: the broker ended our subscription, since the queue is gone. Begin anew, and say so until it is there.
    if (message === null) {
      void closeQuietly(channel);
      return;
    }
    const id = typeof message.properties.messageId === "string" ? message.properties.messageId : "unnamed";
    const working = this.#work(channel, message, { queue, id, body: message.content });
    this.#inWork.add(working);
    void working.finally(() => this.#inWork.delete(working));
  }

  async #work(channel: Channel, message: ConsumeMessage, delivery: Delivery): Promise<void> {
    const { handle, log } = this.#parts;
    try {
      await handle(delivery, this.#stopping.signal);
      channel.ack(message);
    } catch (error) {
      // Unacknowledged, it goes back to the queue with the end of the channel.
      log.info({ queue: delivery.queue, message: delivery.id, err: error }, "returned to the queue");
      // Unless we leave, nothing else would end the channel, and the message would wait in it for ever.
      if (!this.#stopping.signal.aborted) await closeQuietly(channel);
    }
  }
}

/** A channel that is closed already says so by throwing; closed is all that is wanted. */
async function closeQuietly(channel: Channel): Promise<void> {
  await channel.close().catch(() => undefined);
}
