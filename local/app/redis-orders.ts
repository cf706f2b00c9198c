import { createClient } from "redis";
import { withDeadline } from "./deadline.ts";
import { GroupCommit } from "./group-commit.ts";
import { orderSchema } from "./order.ts";
import type { Order } from "./order.ts";
import type { OrderCache } from "./order-stores.ts";
import type { Settings } from "./settings.ts";
import { StoreError } from "./store-error.ts";

/** Longest wait of the server for its disk. `everysec` syncs each second, and once more late when the disk is busy. */
const syncLimitMs = 3_000;
/** The sync, and the up to 2 s for which a recovery point pauses the store. */
const requestLimitMs = 6_000;
const probeLimitMs = 1_000;
/**
 * Writes that wait for the disk block their connection, so they get their own. With `everysec` an order waits 0.5 s on
 * average while a connection is free, 1.5 s when it has to share the next one: this many orders a second go the fast way.
 */
const laneCount = 32;

const orderKey = (id: string) => `order:${id}`;

/** Orders in Redis as JSON under `order:<id>`. Connects by itself and again after every loss. */
export class RedisOrders implements OrderCache {
  readonly name = "redis";
  readonly #reader: Connection;
  readonly #writers: readonly Connection[];
  readonly #commits: GroupCommit<Connection, Order>;

  constructor(settings: Settings["redis"]) {
    this.#reader = new Connection(settings, "kaleem-api");
    this.#writers = Array.from({ length: laneCount }, () => new Connection(settings, "kaleem-api-orders"));
    this.#commits = new GroupCommit(this.#writers, (lane) => lane.client.isReady, putDurably);
  }

  async probe(): Promise<void> {
    await this.#reader.ask((client) => client.ping(), probeLimitMs);
  }

  async put(order: Order): Promise<void> {
    await inTime(this.#commits.write(order), requestLimitMs);
  }

  async refill(order: Order): Promise<void> {
    const value = JSON.stringify(order);
    await this.#reader.ask(
      (client) => client.set(orderKey(order.id), value, { condition: "NX" }),
      requestLimitMs,
    );
  }

  async find(id: string): Promise<Order | undefined> {
    const value = await this.#reader.ask((client) => client.get(orderKey(id)), requestLimitMs);
    return value === null ? undefined : orderSchema.parse(JSON.parse(value));
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader, ...this.#writers].map((connection) => connection.close()));
  }
}

/**
 * Writes the orders and waits until the append-only file holds them on disk (`WAITAOF 1 0`). The server counts only writes
 * of the same connection, hence one connection for both. An order without that confirmation is not durable.
 */
async function putDurably(lane: Connection, orders: readonly Order[]): Promise<(Error | undefined)[]> {
  return lane.run(async (client) => {
    const written = Promise.allSettled(
      orders.map((order) => client.set(orderKey(order.id), JSON.stringify(order))),
    );
    const synced = client.sendCommand<unknown>(["WAITAOF", "1", "0", String(syncLimitMs)]);
    const [results, reply] = await Promise.all([written, synced]);
    const onDisk = Array.isArray(reply) && Number(reply[0]) >= 1;
    const notSynced = new StoreError("redis", "away", `redis did not sync its file within ${syncLimitMs} ms`);
    return results.map((result) => {
      if (result.status === "rejected") return lane.explain(result.reason);
      return onDisk ? undefined : notSynced;
    });
  });
}

async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  return withDeadline(
    work,
    limitMs,
    () => new StoreError("redis", "away", `redis gave no answer within ${limitMs} ms`),
  );
}

/** One connection that keeps coming back and remembers why it is away. */
class Connection {
  readonly client: ReturnType<typeof openClient>;
  #trouble: unknown;

  constructor({ url, password }: Settings["redis"], name: string) {
    this.client = openClient(url, password, name);
    this.client.on("error", (error: unknown) => {
      this.#trouble = error;
    });
    this.client.on("ready", () => {
      this.#trouble = undefined;
    });
    this.client.connect().catch((error: unknown) => {
      this.#trouble = error; // Only after `close`: until then the reconnect strategy goes on.
    });
  }

  /** As `run`, but no longer than `limitMs`. */
  ask<T>(work: (client: Connection["client"]) => Promise<T>, limitMs: number): Promise<T> {
    return inTime(this.run(work), limitMs);
  }

  async run<T>(work: (client: Connection["client"]) => Promise<T>): Promise<T> {
    if (!this.client.isReady) throw this.explain(this.#trouble);
    try {
      return await work(this.client);
    } catch (error) {
      throw this.explain(error);
    }
  }

  explain(error: unknown): StoreError {
    if (error instanceof StoreError) return error;
    const reason = error instanceof Error ? error.message || error.name : "not connected yet";
    if (/^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH)/.test(reason)) {
      return new StoreError("redis", "refused", "redis refuses the password", error);
    }
    const isReply = error instanceof Error && /^[A-Z]+ /.test(reason);
    return isReply
      ? new StoreError("redis", "failed", `redis answered with an error: ${reason}`, error)
      : new StoreError("redis", "away", `redis cannot be reached: ${reason}`, error);
  }

  async close(): Promise<void> {
    if (this.client.isReady) await this.client.close();
    else if (this.client.isOpen) this.client.destroy();
  }
}

function openClient(url: string, password: string, name: string) {
  return createClient({
    url,
    password,
    name,
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
