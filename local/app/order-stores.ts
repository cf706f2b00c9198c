import type { Order } from "./order.ts";
import type { StoreName } from "./store-error.ts";

/** What both stores can be asked. Every call ends within seconds and fails with a `StoreError`. */
interface OrderStore {
  readonly name: StoreName;
  /** Proves that the store answers, takes our password and can be written to. */
  probe(): Promise<void>;
  find(id: string): Promise<Order | undefined>;
  close(): Promise<void>;
}

/** Where orders are kept for good. */
export interface OrderArchive extends OrderStore {
  /** Returns once the order has survived a crash of the store. */
  insert(order: Order): Promise<void>;
}

/** The fast copy, which answers reads first. */
export interface OrderCache extends OrderStore {
  /** Returns once the order has survived a crash of the store. */
  put(order: Order): Promise<void>;
  /** Puts an archived order back where it is missing; never over a newer one, and without waiting for the disk. */
  refill(order: Order): Promise<void>;
}
