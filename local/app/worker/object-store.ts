import type { Dependency } from "../dependency.ts";

/** Where receipts and webhooks are kept. */
export interface ObjectStore extends Dependency {
  /** Returns once the object is stored; again with the same key and body changes nothing. */
  put(key: string, body: Buffer): Promise<void>;
}
