import type { Order } from "../../../local/app/order.ts";
import type { OrderArchive, OrderCache } from "../../../local/app/order-stores.ts";
import type { StoreName } from "../../../local/app/store-error.ts";

/** Both stores in memory. A test sets `trouble` to make every call fail, or `hold` to make writes wait. */
export class MemoryStore implements OrderArchive, OrderCache {
  readonly name: StoreName;
  readonly orders = new Map<string, Order>();
  trouble: Error | undefined;
  hold: Promise<void> | undefined;
  closed = false;
  probes = 0;

  constructor(name: StoreName) {
    this.name = name;
  }

  async probe(): Promise<void> {
    this.probes++;
    await this.#obey();
  }

  async insert(order: Order): Promise<void> {
    await this.#obey();
    this.orders.set(order.id, order);
  }

  put(order: Order): Promise<void> {
    return this.insert(order);
  }

  refill(order: Order): Promise<void> {
    return this.insert(order);
  }

  async find(id: string): Promise<Order | undefined> {
    await this.#obey();
    return this.orders.get(id);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  async #obey(): Promise<void> {
    await this.hold;
    if (this.trouble !== undefined) throw this.trouble;
  }
}
