import { makeOrder } from "../order.ts";
import type { Order, OrderRequest } from "../order.ts";
import type { OrderStores } from "./order-stores.ts";

/** Where an order was read from. */
export type OrderSource = "redis" | "mongo";

/** Placing and finding orders over all stores. */
export class Orders {
  readonly #stores: OrderStores;
  readonly #onTrouble: (trouble: unknown) => void;

  /** `onTrouble` hears of every failure that a request survives. */
  constructor(stores: OrderStores, onTrouble: (trouble: unknown) => void) {
    this.#stores = stores;
    this.#onTrouble = onTrouble;
  }

  /**
   * Returns only after every store holds the order, archive first and the queue last: whatever is in the queue can be looked
   * up. When it throws, the order is not acknowledged; it may still exist, and one that the archive has is found by its id as
   * any other. The vector comes before all, since without it the order could not be placed whole.
   */
  async place(request: OrderRequest): Promise<Order> {
    const { embedding, archive, cache, vectors, receipts } = this.#stores;
    const order = makeOrder(request);
    const [vector] = await embedding.embed([`${order.item} ${order.customer}`]);
    if (vector === undefined) throw new Error("the embedding service gave no vector for a text");
    await archive.insert(order);
    await cache.put(order);
    await vectors.upsert(order, vector);
    await receipts.publish(order);
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
    const order = await archive.find(id);
    if (order === undefined) return undefined;
    await cache.refill(order).catch(this.#onTrouble);
    return { order, source: "mongo" };
  }
}
