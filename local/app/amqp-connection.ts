import { connect } from "amqplib";
import type { Channel, ChannelModel, ConfirmChannel } from "amqplib";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { withDeadline } from "./deadline.ts";
import { declareTopology } from "./topology.ts";
import { StoreError } from "./store-error.ts";

/** How RabbitMQ is reached. */
export interface AmqpSettings {
  /** Such as `amqp://rabbitmq:5672`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

const openLimitMs = 5_000;
/** Two missed ones and the connection counts as lost: within 20 s a broker that went silent is noticed. */
const heartbeatSeconds = 10;

/**
 * A connection to RabbitMQ that comes back by itself after every loss. Channels do not: whoever uses one opens another.
 * On each connection the application's queues and exchanges are declared before the first channel is handed out.
 */
export class AmqpConnection {
  readonly #recovering: ReturnType<typeof open>;
  #model: ChannelModel | undefined;
  /** Why the connection is away. */
  #trouble: unknown;
  /** The declaring on the present connection; begun by whoever is first to want a channel. */
  #declared: Promise<void> | undefined;
  readonly #declare: (channel: Channel) => Promise<void>;
  /** Why the broker takes no messages, such as a full disk. */
  #blocked: string | undefined;

  /** `name` is how the connection shows in the broker's list. */
  constructor(
    settings: AmqpSettings,
    name: string,
    declare: (channel: Channel) => Promise<void> = declareTopology,
  ) {
    this.#declare = declare;
    this.#recovering = open(settings, name).then((recovering) => {
      recovering.on("connect", (model) => {
        this.#model = model;
        this.#declared = undefined;
        this.#blocked = undefined;
      });
      const lost = (error: Error) => {
        this.#model = undefined;
        this.#trouble = error;
      };
      recovering.on("disconnect", lost);
      recovering.on("connect-failed", lost);
      recovering.on("error", (error) => (this.#trouble = error));
      recovering.on("blocked", (reason) => (this.#blocked = reason));
      recovering.on("unblocked", () => (this.#blocked = undefined));
      return recovering;
    });
  }

  /** A channel on the present connection. Throws a `StoreError`, at once when there is none. */
  channel(): Promise<Channel> {
    return this.#open((model) => model.createChannel());
  }

  /** The same, whose publishes are confirmed. Also throws while the broker takes no messages. */
  async confirmChannel(): Promise<ConfirmChannel> {
    this.requireUnblocked();
    return this.#open((model) => model.createConfirmChannel());
  }

  /** Throws a `StoreError` while the broker takes no messages: one that is sent waits for as long as that lasts. */
  requireUnblocked(): void {
    if (this.#blocked === undefined) return;
    throw new StoreError("rabbitmq", "failed", `rabbitmq takes no messages: ${this.#blocked}`);
  }

  async close(): Promise<void> {
    await (await this.#recovering).close();
  }

  async #open<Opened extends Channel>(create: (model: ChannelModel) => Promise<Opened>): Promise<Opened> {
    if (this.#model === undefined) throw asAmqpError(this.#trouble ?? new Error("not connected yet"));
    const late = () =>
      new StoreError("rabbitmq", "away", `rabbitmq opened no channel within ${openLimitMs} ms`);
    try {
      this.#declared ??= this.#declareOn(this.#model);
      await withDeadline(this.#declared, openLimitMs, late);
      const channel = await withDeadline(create(this.#model), openLimitMs, late);
      // Whoever waits on the channel hears of it by a rejected call; without a listener it would end the process.
      channel.on("error", () => undefined);
      return channel;
    } catch (error) {
      throw asAmqpError(error);
    }
  }

  /** On a channel of its own: one on which something is refused is closed. A try that failed is not kept. */
  async #declareOn(model: ChannelModel): Promise<void> {
    try {
      const channel = await model.createChannel();
      channel.on("error", () => undefined);
      await this.#declare(channel);
      await channel.close();
    } catch (error) {
      if (this.#model === model) this.#declared = undefined;
      throw error;
    }
  }
}

/** What went wrong with RabbitMQ, in our words. */
export function asAmqpError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const reason = sentenceOf(error);
  if (/ACCESS.REFUSED/.test(reason)) {
    return new StoreError(
      "rabbitmq",
      "refused",
      "rabbitmq refuses the password of user app, or a right",
      error,
    );
  }
  if (error instanceof Error && "code" in error && typeof error.code === "number" && error.code >= 400) {
    return new StoreError("rabbitmq", "failed", `rabbitmq answered with an error: ${reason}`, error);
  }
  return new StoreError("rabbitmq", "away", `rabbitmq cannot be reached: ${reason}`, error);
}

function open({ url, user, password }: AmqpSettings, name: string) {
  const { hostname, port } = new URL(url);
  return connect(
    {
      protocol: "amqp",
      hostname,
      port: port === "" ? 5672 : Number(port),
      username: user,
      password,
      vhost: "/",
      heartbeat: heartbeatSeconds,
    },
    {
      timeout: 2_000,
      noDelay: true,
      clientProperties: { connection_name: name },
      recovery: { initialDelay: 50, maxDelay: 1_000, waitForConnect: false },
    },
  );
}
