/**
 * The calls that are being answered, so that a provider which is told to stop can end them in order: each sees its
 * signal aborted, cleans up what is half-made and throws.
 */
export class CallsInFlight {
  readonly #controller = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  /** Aborted by `cancel`, for good: an engine never uses a cancelled provider again. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Runs a call and remembers it until it ends. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    const running = call();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  cancel(reason: string): void {
    this.#controller.abort(new Error(reason));
  }

  /** Resolves when every call has ended or the patience is used up. */
  async drain(patienceMilliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMilliseconds);
    });
    await Promise.race([Promise.allSettled(this.#running), patience]);
    clearTimeout(timer);
  }
}
