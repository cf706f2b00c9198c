import type { Client } from "ssh2";

/**
 * A connection that is up. ssh2 leaves what is under way unanswered when a connection is lost; `guard` makes that an
 * error, and a cancellation too.
 */
export class SshConnection {
  readonly client: Client;
  readonly #lost: Promise<never>;
  #closing = false;

  constructor(client: Client, endpoint: string) {
    this.client = client;
    this.#lost = new Promise((_resolve, reject) => {
      let cause = "";
      client.on("error", (error) => {
        cause = `: ${error.message}`;
      });
      client.on("close", () => {
        reject(new Error(`ssh: the connection to ${endpoint} was lost${cause}`));
      });
    });
    // Nobody may be waiting at that moment.
    this.#lost.catch(() => undefined);
  }

  /** The work's outcome, or the reason why it can no longer have one. */
  async guard<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    let cancel: (() => void) | undefined;
    const cancelled = new Promise<never>((_resolve, reject) => {
      cancel = () => {
        reject(toError(signal.reason));
      };
      signal.addEventListener("abort", cancel, { once: true });
    });
    try {
      return await Promise.race([work, this.#lost, cancelled]);
    } finally {
      if (cancel !== undefined) signal.removeEventListener("abort", cancel);
    }
  }

  /** Closes the connection; what was sent before still goes out. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.client.end();
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
