import { setTimeout as wait } from "node:timers/promises";
import { EdgeClient, NoAnswer } from "./edge-client.ts";
import type { EdgeTarget } from "./edge-client.ts";
import { orderDigest } from "./ledger.ts";
import { attemptOrder, numberedOrder } from "./order-attempt.ts";

/** The end of an outage, as a client sees it. */
export interface GoodOrder {
  /** When the order had been acknowledged and read back equal. */
  readonly at: Date;
  readonly id: string;
  readonly tries: number;
}

/** No order came through in time; the message says what the last try met. */
export class NoGoodOrder extends Error {
  override readonly name = "NoGoodOrder";
}

const everyMs = 250;
const timeoutMs = 5000;

/**
 * Tries until one order is acknowledged and read back equal; returns when that was. Throws `NoGoodOrder` at the deadline.
 * These orders carry numbers far above any ledger's, so that they are not taken for a writer's.
 */
export async function waitForGoodOrder(target: EdgeTarget, deadline: Date): Promise<GoodOrder> {
  const client = new EdgeClient(target, timeoutMs);
  let last = "no try was made before the deadline";
  try {
    for (let tries = 1; Date.now() < deadline.getTime(); tries++) {
      const result = await tryOrder(client, firstProbeSeq + tries);
      if (typeof result !== "string") return { at: new Date(), id: result.id, tries };
      last = result;
      await wait(everyMs);
    }
  } finally {
    client.close();
  }
  throw new NoGoodOrder(
    `${target.url}: no order was acknowledged and read back by ${deadline.toISOString()}; the last try: ${last}`,
  );
}

const firstProbeSeq = 1_000_000_000;

/** The order's id, or a sentence that says what was wrong. */
async function tryOrder(client: EdgeClient, seq: number): Promise<{ id: string } | string> {
  const outcome = await attemptOrder(client, numberedOrder(seq));
  if (outcome.kind !== "acknowledged") return outcome.message;
  try {
    const { status, body } = await client.get(`/api/orders/${outcome.id}`);
    if (status !== 200) return `order ${outcome.id} was acknowledged, but reading it back gave ${status}`;
    const isEqual = orderDigest(body) === orderDigest(outcome.order);
    return isEqual ? { id: outcome.id } : `order ${outcome.id} was read back altered`;
  } catch (error) {
    if (error instanceof NoAnswer)
      return `order ${outcome.id} was acknowledged, but not read back: ${error.message}`;
    throw error;
  }
}
