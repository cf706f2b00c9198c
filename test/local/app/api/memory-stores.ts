import type {
  Embedding,
  OrderArchive,
  OrderCache,
  OrderVectors,
  ReceiptQueue,
} from "../../../../local/app/api/order-stores.ts";
import type { Order } from "../../../../local/app/order.ts";
import type { StoreName } from "../../../../local/app/store-error.ts";

/** Every store in memory. A test sets `trouble` to make every call fail, or `hold` to make writes wait. */
export class MemoryStore implements OrderArchive, OrderCache, OrderVectors, ReceiptQueue, Embedding {
  readonly name: StoreName;
  readonly orders = new Map<string, Order>();
  readonly vectors = new Map<string, readonly number[]>();
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

  publish(order: Order): Promise<void> {
    return this.insert(order);
  }

  upsert(order: Order, vector: readonly number[]): Promise<void> {
    this.vectors.set(order.id, vector);
    return this.insert(order);
  }

  async embed(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    await this.#obey();
    return texts.map((text) => [text.length, 0]);
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
