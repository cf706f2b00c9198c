import { MongoClient, MongoServerError } from "mongodb";
import type { Collection } from "mongodb";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import { withDeadline } from "../deadline.ts";
import { orderSchema } from "../order.ts";
import type { Order } from "../order.ts";
import type { OrderArchive } from "./order-stores.ts";
import type { ApiSettings } from "./settings.ts";
import { StoreError } from "../store-error.ts";

/** The collection `orders`: `_id` is the order's id, all else as in the order. */
type OrderDocument = Omit<Order, "id"> & { _id: string };

/** A recovery point pauses the store for up to 2 s: requests wait that out instead of failing. */
const requestLimitMs = 5_000;
const probeLimitMs = 1_000;
const authenticationFailed = 18;
const duplicateKey = 11_000;
/** What a member answers that is being stopped, or has just been started: InterruptedAtShutdown, ShutdownInProgress, no primary. */
const notNow: readonly unknown[] = [11_600, 91, 10_107, 189, 11_602, 13_435, 13_436];
const durable = { writeConcern: { w: "majority", journal: true } } as const;

/** Orders in MongoDB, database `kaleem`. Connects by itself and again after every loss. */
export class MongoOrders implements OrderArchive {
  readonly name = "mongo";
  readonly #client: MongoClient;
  readonly #orders: Collection<OrderDocument>;

  constructor({ url, user, password }: ApiSettings["mongo"]) {
    this.#client = new MongoClient(url, {
      auth: { username: user, password },
      authSource: "admin",
      appName: "kaleem-api",
      maxPoolSize: 50,
      connectTimeoutMS: 2_000,
      serverSelectionTimeoutMS: 2_000,
      // So that requests do not pile up behind a store that went silent.
      waitQueueTimeoutMS: requestLimitMs,
      // Frees the connections of a store that went silent without closing them.
      socketTimeoutMS: 10_000,
      heartbeatFrequencyMS: 2_000,
    });
    this.#orders = this.#client.db("kaleem").collection<OrderDocument>("orders");
  }

  async probe(): Promise<void> {
    // Every pooled connection has logged in, so an answer proves the password too; `hello` also says if writes are taken.
    const hello = await this.#ask(this.#client.db("kaleem").command({ hello: 1 }), probeLimitMs);
    if (hello["isWritablePrimary"] !== true) {
      throw new StoreError("mongo", "away", "mongo answers but is not primary yet, so it takes no orders");
    }
  }

  async insert({ id, ...fields }: Order): Promise<void> {
    await this.#ask(this.#insert(id, fields), requestLimitMs);
  }

  /** Ids are drawn for each order: one that is there came with an earlier try, which may not be on the disk yet. */
  async #insert(id: string, fields: Omit<Order, "id">): Promise<void> {
    try {
      await this.#orders.insertOne({ _id: id, ...fields }, durable);
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.code !== duplicateKey) throw error;
      await this.#orders.replaceOne({ _id: id }, fields, durable);
    }
  }

  async find(id: string): Promise<Order | undefined> {
    const document = await this.#ask(this.#orders.findOne({ _id: id }), requestLimitMs);
    if (document === null) return undefined;
    const { _id, ...fields } = document;
    return orderSchema.parse({ id: _id, ...fields });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #ask<T>(work: Promise<T>, limitMs: number): Promise<T> {
    const late = () => new StoreError("mongo", "away", `mongo gave no answer within ${limitMs} ms`);
    try {
      return await withDeadline(work, limitMs, late);
    } catch (error) {
      throw asStoreError(error);
    }
  }
}

function asStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof MongoServerError) {
    if (error.code === authenticationFailed) {
      return new StoreError("mongo", "refused", "mongo refuses the password of user app", error);
    }
    const kind = notNow.includes(error.code) ? "away" : "failed";
    return new StoreError("mongo", kind, `mongo answered with an error: ${error.message}`, error);
  }
  const reason = sentenceOf(error);
  return new StoreError("mongo", "away", `mongo cannot be reached: ${reason}`, error);
}
