import { createClient } from "redis";
import { withDeadline } from "../deadline.ts";
import { orderSchema } from "../order.ts";
import type { Order } from "../order.ts";
import type { OrderCache } from "./order-stores.ts";
import type { ApiSettings } from "./settings.ts";
import { StoreError } from "../store-error.ts";

/** A recovery point pauses the store for up to 2 s: requests wait that out instead of failing. */
const requestLimitMs = 5_000;
const probeLimitMs = 1_000;

const orderKey = (id: string) => `order:${id}`;

/**
 * Orders in Redis as JSON under `order:<id>`. Connects by itself and again after every loss.
 * An order does not wait for Redis' disk: what a crash takes within that second is still in MongoDB and comes back on read.
 * A recovery point is exact all the same, since its canary waits (`WAITAOF`) until every write before it is on disk too.
 */
export class RedisOrders implements OrderCache {
  readonly name = "redis";
  readonly #client: ReturnType<typeof openClient>;
  /** Why the connection is away. */
  #trouble: unknown;

  constructor(settings: ApiSettings["redis"]) {
    this.#client = openClient(settings);
    this.#client.on("error", (error: unknown) => {
      this.#trouble = error;
    });
    this.#client.on("ready", () => {
      this.#trouble = undefined;
    });
    this.#client.connect().catch((error: unknown) => {
      this.#trouble = error; // Only after `close`: until then the reconnect strategy goes on.
    });
  }

  async probe(): Promise<void> {
    await this.#ask((client) => client.ping(), probeLimitMs);
  }

  async put(order: Order): Promise<void> {
    await this.#ask((client) => client.set(orderKey(order.id), JSON.stringify(order)), requestLimitMs);
  }

  async refill(order: Order): Promise<void> {
    const value = JSON.stringify(order);
    await this.#ask((client) => client.set(orderKey(order.id), value, { condition: "NX" }), requestLimitMs);
  }

  async find(id: string): Promise<Order | undefined> {
    const value = await this.#ask((client) => client.get(orderKey(id)), requestLimitMs);
    return value === null ? undefined : orderSchema.parse(JSON.parse(value));
  }

  async close(): Promise<void> {
    if (this.#client.isReady) await this.#client.close();
    else if (this.#client.isOpen) this.#client.destroy();
  }

  async #ask<T>(work: (client: ReturnType<typeof openClient>) => Promise<T>, limitMs: number): Promise<T> {
    if (!this.#client.isReady) throw asStoreError(this.#trouble);
    const late = () => new StoreError("redis", "away", `redis gave no answer within ${limitMs} ms`);
    try {
      return await withDeadline(work(this.#client), limitMs, late);
    } catch (error) {
      throw asStoreError(error);
    }
  }
}

function asStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const reason = error instanceof Error ? error.message || error.name : "not connected yet";
  if (/^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH)/.test(reason)) {
    return new StoreError("redis", "refused", "redis refuses the password", error);
  }
  // While it reads its files after a start it answers, but not yet.
  const isReply = error instanceof Error && /^[A-Z]+ /.test(reason) && !reason.startsWith("LOADING ");
  return isReply
    ? new StoreError("redis", "failed", `redis answered with an error: ${reason}`, error)
    : new StoreError("redis", "away", `redis cannot be reached: ${reason}`, error);
}

function openClient({ url, user, password }: ApiSettings["redis"]) {
  return createClient({
    url,
    username: user,
    password,
    name: "kaleem-api",
    // A request during an outage fails at once instead of waiting in a queue that grows.
    disableOfflineQueue: true,
    // Together they notice a store that went silent without closing its connections.
    pingInterval: 3_000,
    socket: {
      connectTimeout: 2_000,
      socketTimeout: 10_000,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 5), 1_000) + Math.random() * 100,
    },
  });
}
