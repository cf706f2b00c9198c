import type { Dependency } from "../dependency.ts";
import type { Order } from "../order.ts";

/** Where orders are kept for good. */
export interface OrderArchive extends Dependency {
  /** Returns once the order would survive a crash of the store; again with the same order changes nothing. */
  insert(order: Order): Promise<void>;
  find(id: string): Promise<Order | undefined>;
}

/** The fast copy, which answers reads first. A crash may take its last second; reads fill that in from the archive. */
export interface OrderCache extends Dependency {
  /** Returns once the store has taken the order. */
  put(order: Order): Promise<void>;
  /** Puts an archived order back where it is missing; never over a newer one. */
  refill(order: Order): Promise<void>;
  find(id: string): Promise<Order | undefined>;
}

/** Makes vectors of texts. */
export interface Embedding extends Dependency {
  /** A unit vector for each text, in the same order; equal texts give equal vectors. */
  embed(texts: readonly string[]): Promise<readonly (readonly number[])[]>;
}

/** Orders by likeness: each with the vector of what was ordered. */
export interface OrderVectors extends Dependency {
  /** Returns once the store has written the order with its vector; again with the same order changes nothing. */
  upsert(order: Order, vector: readonly number[]): Promise<void>;
  find(id: string): Promise<Order | undefined>;
}

/** Orders that a worker has still to make a receipt of. */
export interface ReceiptQueue extends Dependency {
  /**
   * Returns once the broker has the message on disk in a queue; a message that no queue takes is an error. Again with the same order
   * it may be there twice: whoever takes it out must do the same for both.
   */
  publish(order: Order): Promise<void>;
}

/** Everything that an order touches. */
export interface OrderStores {
  readonly embedding: Embedding;
  readonly archive: OrderArchive;
  readonly cache: OrderCache;
  readonly vectors: OrderVectors;
  readonly receipts: ReceiptQueue;
}
