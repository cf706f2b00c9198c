import { makeOrder } from "./order.ts";
import type { Order, OrderRequest } from "./order.ts";
import type { OrderArchive, OrderCache } from "./order-stores.ts";

/** Where an order was read from. */
export type OrderSource = "redis" | "mongo";

/** Placing and finding orders over both stores. */
export class Orders {
  readonly #archive: OrderArchive;
  readonly #cache: OrderCache;
  readonly #onTrouble: (trouble: unknown) => void;

  /** `onTrouble` hears of every failure that a request survives. */
  constructor(archive: OrderArchive, cache: OrderCache, onTrouble: (trouble: unknown) => void) {
    this.#archive = archive;
    this.#cache = cache;
    this.#onTrouble = onTrouble;
  }

  /**
   * Returns only after the archive holds the order durably and the cache has taken it. When it throws, the order is not
   * acknowledged; it may still exist, and one that the archive has is found by its id as any other.
   */
  async place(request: OrderRequest): Promise<Order> {
    const order = makeOrder(request);
    await this.#archive.insert(order);
    await this.#cache.put(order);
    return order;
  }

  /** Asks the cache, then the archive, and refills the cache. Needs only one store to answer for an order that it holds. */
  async find(id: string): Promise<{ order: Order; source: OrderSource } | undefined> {
    const cached = await this.#cache.find(id).catch((error: unknown) => {
      this.#onTrouble(error);
      return undefined;
    });
    if (cached !== undefined) return { order: cached, source: "redis" };
    const order = await this.#archive.find(id);
    if (order === undefined) return undefined;
    await this.#cache.refill(order).catch(this.#onTrouble);
    return { order, source: "mongo" };
  }
}
