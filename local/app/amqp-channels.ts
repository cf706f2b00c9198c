import type { AmqpConnection } from "./amqp-connection.ts";

/** What those who send and consume need of a connection; tests give another. */
export type AmqpChannels = Pick<AmqpConnection, "channel" | "confirmChannel" | "requireUnblocked" | "close">;
