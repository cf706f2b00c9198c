import { makeOrder } from "../order.ts";
import type { Order, OrderRequest } from "../order.ts";
import type { OrderStores } from "./order-stores.ts";
import type { Patience } from "./patience.ts";

/** Where an order was read from. */
export type OrderSource = "redis" | "mongo";

/** Placing and finding orders over all stores. */
export class Orders {
  readonly #stores: OrderStores;
  readonly #patience: Patience;
  readonly #onTrouble: (trouble: unknown) => void;

  /** `onTrouble` hears of every failure of the cache that a request survives. */
  constructor(stores: OrderStores, patience: Patience, onTrouble: (trouble: unknown) => void) {
    this.#stores = stores;
    this.#patience = patience;
    this.#onTrouble = onTrouble;
  }

  /**
   * Returns only after every store holds the order, archive first and the queue last: whatever is in the queue can be looked
   * up. When it throws, the order is not acknowledged; it may still exist, and one that the archive has is found by its id as
   * any other. The vector comes before all, since without it the order could not be placed whole. A store that is away for a
   * moment is waited for: each step may be taken twice with the same result.
   */
  async place(request: OrderRequest): Promise<Order> {
    const { embedding, archive, cache, vectors, receipts } = this.#stores;
    const order = makeOrder(request);
    const text = `${order.item} ${order.customer}`;
    const [vector] = await this.#patience.ask("embedding", () => embedding.embed([text]));
    if (vector === undefined) throw new Error("the embedding service gave no vector for a text");
    await this.#patience.ask("mongo", () => archive.insert(order));
    await this.#patience.ask("redis", () => cache.put(order));
    await this.#patience.ask("qdrant", () => vectors.upsert(order, vector));
    await this.#patience.ask("rabbitmq", () => receipts.publish(order));
    return order;
  }

  /** Asks the cache, then the archive, and refills the cache. Needs only one store to answer for an order that it holds. */
  async find(id: string): Promise<{ order: Order; source: OrderSource } | undefined> {
    const { archive, cache } = this.#stores;
    const cached = await cache.find(id).catch((error: unknown) => {
      this.#onTrouble(error);
      return undefined;
    });
    if (cached !== undefined) return { order: cached, source: "redis" };
    const order = await this.#patience.ask("mongo", () => archive.find(id));
    if (order === undefined) return undefined;
    await cache.refill(order).catch(this.#onTrouble);
    return { order, source: "mongo" };
  }
}
