import type { OrderArchive, OrderCache } from "./order-stores.ts";
import { StoreError } from "./store-error.ts";
import type { StoreName } from "./store-error.ts";

/** What `GET /api/health` says: `ok`, or the sentence of what is wrong, per store. */
export interface Health {
  readonly ready: boolean;
  readonly draining: boolean;
  readonly stores: Readonly<Record<StoreName, string>>;
}

/** Whether requests should come here. Asked anew each time; questions at the same time share one answer. */
export class Readiness {
  readonly #archive: OrderArchive;
  readonly #cache: OrderCache;
  #asking: Promise<StoreError[]> | undefined;
  #draining = false;

  constructor(archive: OrderArchive, cache: OrderCache) {
    this.#archive = archive;
    this.#cache = cache;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** From now on the answer is "not ready", whatever the stores say. */
  startDraining(): void {
    this.#draining = true;
  }

  /** What is wrong with the stores now; empty when nothing is. Ends within about a second. */
  async troubles(): Promise<StoreError[]> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async health(): Promise<Health> {
    const troubles = await this.troubles();
    const say = (store: StoreName) => troubles.find((trouble) => trouble.store === store)?.message ?? "ok";
    const ready = troubles.length === 0 && !this.#draining;
    return { ready, draining: this.#draining, stores: { mongo: say("mongo"), redis: say("redis") } };
  }

  async #ask(): Promise<StoreError[]> {
    const stores = [this.#archive, this.#cache];
    const answers = await Promise.allSettled(stores.map((store) => store.probe()));
    return answers.flatMap((answer, index) => {
      if (answer.status === "fulfilled") return [];
      const reason: unknown = answer.reason;
      if (reason instanceof StoreError) return [reason];
      return [new StoreError(stores[index]?.name ?? "mongo", "failed", String(reason), reason)];
    });
  }
}
