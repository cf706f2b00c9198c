import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import type { Readiness } from "./readiness.ts";
import type { StoreError } from "./store-error.ts";

/** How to wait for the stores at the start. */
export interface AwaitStoresOptions {
  readonly readiness: Readiness;
  readonly log: Pick<Logger, "info" | "warn">;
  /** How long a password may be refused; counted anew when the refusal ends. */
  readonly passwordPatienceMs: number;
  /** @default 1000 */
  readonly everyMs?: number;
}

/**
 * Waits until all that the role needs answers, for ever if need be: a store that is away comes back, and until then health says which.
 * Returns the refusal when a store keeps refusing the password longer than the patience, `undefined` once all answer or
 * when the process drains meanwhile. Each change of what is wrong is logged once.
 */
export async function awaitStores(options: AwaitStoresOptions): Promise<StoreError | undefined> {
  const { readiness, log, passwordPatienceMs, everyMs = 1000 } = options;
  let refusedSince: number | undefined;
  let said = "";
  while (!readiness.draining) {
    const troubles = await readiness.troubles();
    if (troubles.length === 0) {
      log.info("everything that is needed answers");
      return undefined;
    }
    const sentence = troubles.map(({ message }) => message).join("; ");
    if (sentence !== said) log.warn(`not ready: ${sentence}`);
    said = sentence;
    const refusal = troubles.find(({ kind }) => kind === "refused");
    if (refusal === undefined) refusedSince = undefined;
    else {
      refusedSince ??= performance.now();
      if (performance.now() - refusedSince >= passwordPatienceMs) return refusal;
    }
    await wait(everyMs);
  }
  return undefined;
}
