import type { Channel, ConfirmChannel } from "amqplib";
import { asAmqpError } from "./amqp-connection.ts";
import type { AmqpChannels } from "./amqp-channels.ts";
import { withDeadline } from "./deadline.ts";
import { StoreError } from "./store-error.ts";

/** Where messages are sent. */
export interface Outlet {
  /** Never the default one: the applications may write to their own exchanges only. */
  readonly exchange: string;
  readonly routingKey: string;
  /** The queue in which they must arrive. */
  readonly queue: string;
}

/** A message to be kept. */
export interface OutgoingMessage {
  /** Unique among those under way. */
  readonly id: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string | number>>;
}

/** A recovery point pauses the broker for up to 2 s: messages wait that out instead of failing. */
const confirmLimitMs = 5_000;
const probeLimitMs = 1_000;

/** Sends persistent JSON messages and knows that each is kept. */
export class AmqpOutlet {
  readonly #connection: AmqpChannels;
  readonly #outlet: Outlet;
  #publishing: Promise<ConfirmChannel> | undefined;
  /** A channel of its own: a queue that is missing closes the channel on which it is asked for. */
  #asking: Promise<Channel> | undefined;
  /** Messages that no queue took; the broker says so before it confirms them. */
  readonly #returned = new Set<string>();

  constructor(connection: AmqpChannels, outlet: Outlet) {
    this.#connection = connection;
    this.#outlet = outlet;
  }

  /** Returns once the broker has confirmed that a queue holds the message. Throws a `StoreError` otherwise. */
  async send({ id, body, headers }: OutgoingMessage): Promise<void> {
    this.#connection.requireUnblocked();
    const { exchange, routingKey } = this.#outlet;
    const options = {
      messageId: id,
      contentType: "application/json",
      persistent: true,
      // Without it a message that no queue takes is dropped, and confirmed all the same.
      mandatory: true,
      ...(headers === undefined ? {} : { headers }),
    };
    const late = () =>
      new StoreError("rabbitmq", "away", `rabbitmq did not confirm a message within ${confirmLimitMs} ms`);
    try {
      const channel = await this.#publishChannel();
      const confirmed = new Promise<void>((resolve, reject) => {
        channel.publish(exchange, routingKey, body, options, (error: unknown) => {
          if (error === null || error === undefined) resolve();
          else reject(unconfirmed(error));
        });
      });
      await withDeadline(confirmed, confirmLimitMs, late);
    } catch (error) {
      throw asAmqpError(error);
    }
    if (this.#returned.delete(id)) {
      const message = `rabbitmq has no queue for exchange ${exchange}, routing key ${routingKey}`;
      throw new StoreError("rabbitmq", "failed", message);
    }
  }

  /** Throws a `StoreError` unless messages are taken and the queue is there. */
  async probe(): Promise<void> {
    this.#connection.requireUnblocked();
    const late = () =>
      new StoreError("rabbitmq", "away", `rabbitmq gave no answer within ${probeLimitMs} ms`);
    this.#asking ??= this.#keep(this.#connection.channel(), () => (this.#asking = undefined));
    try {
      const channel = await this.#asking;
      await withDeadline(channel.checkQueue(this.#outlet.queue), probeLimitMs, late);
    } catch (error) {
      throw asAmqpError(error);
    }
  }

  #publishChannel(): Promise<ConfirmChannel> {
    this.#publishing ??= this.#keep(
      this.#connection.confirmChannel().then((channel) => {
        channel.on("return", ({ properties }) => this.#returned.add(String(properties.messageId)));
        return channel;
      }),
      () => (this.#publishing = undefined),
    );
    return this.#publishing;
  }

  /** One channel for all, until it could not be opened or is closed; then the next caller opens another. */
  async #keep<Opened extends Channel>(opening: Promise<Opened>, forget: () => void): Promise<Opened> {
    try {
      const channel = await opening;
      channel.on("close", forget);
      return channel;
    } catch (error) {
      forget();
      throw error;
    }
  }
}

function unconfirmed(error: unknown): Error {
  // The driver's word for the broker's own no; all else is the loss of the channel.
  const isRefusal = error instanceof Error && error.message === "message nacked";
  if (isRefusal) return new StoreError("rabbitmq", "failed", "rabbitmq refused to keep a message", error);
  return error instanceof Error ? error : new Error(String(error));
}
