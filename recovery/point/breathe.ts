import { setImmediate } from "node:timers/promises";

const sliceMs = 5;

/** For long work that is done step by step: now and then lets timers and signals have their turn. */
export class Breath {
  readonly #signal: AbortSignal | undefined;
  #since = performance.now();
  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** True when `take` has something to do; asked before each small step. */
  get isDue(): boolean {
    return performance.now() - this.#since > sliceMs;
  }

  /** @throws The signal's reason once it is aborted. */
  async take(): Promise<void> {
    this.#signal?.throwIfAborted();
    if (!this.isDue) return;
    await setImmediate();
    this.#signal?.throwIfAborted();
    this.#since = performance.now();
  }
}
