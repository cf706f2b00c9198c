import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import { StoreError } from "../store-error.ts";
import type { ObjectStore } from "./object-store.ts";
import { Poison, records } from "./records.ts";

/** A message as it came. */
export interface Delivery {
  readonly queue: string;
  readonly id: string;
  readonly body: Buffer;
}

/** Where messages go that cannot be worked on. */
export interface DeadLetters {
  /** Returns once the broker has the message on disk. */
  send(delivery: Delivery, why: string): Promise<void>;
}

/** What became of a message. */
export type Outcome = "stored" | "dead";

export interface MessageWorkParts {
  readonly objects: ObjectStore;
  readonly dead: DeadLetters;
  readonly log: Pick<Logger, "warn" | "error">;
  /** Told of each try that failed. */
  readonly onTrouble?: (trouble: unknown) => void;
  /** Tries of an object that the store says no to, before its message counts as poison. @default 5 */
  readonly tries?: number;
  /** First wait between tries; doubled up to `longestWaitMs`. @default 200 */
  readonly firstWaitMs?: number;
  /** @default 5000 */
  readonly longestWaitMs?: number;
}

/**
 * What is done with a message: its object is stored, again and again until it is. An order was acknowledged before its receipt
 * is made, so a store that is away never costs a message: it is held, unacknowledged, for as long as that lasts. Only what
 * cannot be understood, or what the store will not take after bounded tries, goes to the dead letters.
 */
export class MessageWork {
  readonly #parts: MessageWorkParts;

  constructor(parts: MessageWorkParts) {
    this.#parts = parts;
  }

  /** Returns when the message may be acknowledged. Rejects only once `stopping` is aborted: then it belongs to the queue again. */
  async process(delivery: Delivery, stopping: AbortSignal): Promise<Outcome> {
    const { objects, dead, log, tries = 5 } = this.#parts;
    const where = { queue: delivery.queue, message: delivery.id };
    const key = keyOf(delivery);
    let why: string;
    if (key instanceof Poison) {
      why = key.message;
    } else {
      const refusal = await this.#untilDone(where, stopping, tries, () => objects.put(key, delivery.body));
      if (refusal === undefined) return "stored";
      why = `${refusal.message}, ${tries} times`;
    }
    log.error(where, `moved to the dead letters: ${why}`);
    await this.#untilDone(where, stopping, Number.POSITIVE_INFINITY, () => dead.send(delivery, why));
    return "dead";
  }

  /** Repeats until it succeeds; gives the last refusal when the store has answered with an error that often. */
  async #untilDone(
    where: object,
    stopping: AbortSignal,
    tries: number,
    attempt: () => Promise<void>,
  ): Promise<StoreError | undefined> {
    const { log, onTrouble, firstWaitMs = 200, longestWaitMs = 5_000 } = this.#parts;
    let refused = 0;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      stopping.throwIfAborted();
      try {
        await attempt();
        return undefined;
      } catch (error) {
        onTrouble?.(error);
        log.warn({ ...where, err: error }, "not done yet");
        if (error instanceof StoreError && error.kind === "failed" && ++refused >= tries) return error;
      }
      await wait(waitMs, undefined, { signal: stopping });
    }
  }
}

function keyOf({ queue, body }: Delivery): string | Poison {
  try {
    const record = records[queue];
    return record === undefined ? new Poison(`unknown queue ${queue}`) : record(body);
  } catch (error) {
    if (error instanceof Poison) return error;
    throw error;
  }
}
