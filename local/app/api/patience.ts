import { setTimeout as wait } from "node:timers/promises";
import { StoreError } from "../store-error.ts";
import type { StoreName } from "../store-error.ts";

const pauseMs = 250;

/**
 * Waits out a store that is away for a moment, as when it is stopped and started: what it did not answer is asked again. From one
 * that stays away for longer than `limitMs` nobody waits any more until it has answered again, so that requests do not pile up.
 */
export class Patience {
  readonly #limitMs: number;
  readonly #onWait: (trouble: StoreError) => void;
  /** Store → since when it has not answered, by the process's clock. */
  readonly #awaySince = new Map<StoreName, number>();

  /** @param onWait Hears once of each question that has to wait */
  constructor(limitMs: number, onWait: (trouble: StoreError) => void) {
    this.#limitMs = limitMs;
    this.#onWait = onWait;
  }

  /**
   * @param ask Asks that store; may be asked again, so it must do the same as once: an answer may have been lost
   * @throws StoreError of kind `away` after the limit; any other one at once
   */
  async ask<T>(store: StoreName, ask: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const began = performance.now();
      try {
        const answer = await ask();
        this.#awaySince.delete(store);
        return answer;
      } catch (error) {
        if (!(error instanceof StoreError) || error.kind !== "away") throw error;
        const since = Math.min(began, this.#awaySince.get(store) ?? began);
        this.#awaySince.set(store, since);
        if (performance.now() + pauseMs - since > this.#limitMs) throw error;
        if (attempt === 1) this.#onWait(error);
      }
      await wait(pauseMs);
    }
  }
}
