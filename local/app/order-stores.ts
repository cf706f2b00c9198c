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
  /** Returns once the order would survive a crash of the store. */
  insert(order: Order): Promise<void>;
}

/** The fast copy, which answers reads first. A crash may take its last second; reads fill that in from the archive. */
export interface OrderCache extends OrderStore {
  /** Returns once the store has taken the order. */
  put(order: Order): Promise<void>;
  /** Puts an archived order back where it is missing; never over a newer one. */
  refill(order: Order): Promise<void>;
}
