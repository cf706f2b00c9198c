import { setTimeout as wait } from "node:timers/promises";
import type { BusinessCheck } from "../contract/business-check.ts";
import { EdgeClient, type EdgeTarget } from "../recovery/business/edge-client.ts";
import { newRun, writeOne } from "../recovery/business/write-one.ts";
import { quantile } from "./summary.ts";

/** What customers got while they placed orders as fast as they were answered. */
export interface LoadFigures {
  readonly seconds: number;
  readonly acknowledged: number;
  readonly notAcknowledged: number;
  readonly perSecond: number;
  /** From sending an order to its confirmation. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** A load: so many customers, each with one order in flight at any time. */
export interface ClosedLoop {
  readonly edge: EdgeTarget;
  readonly check: Pick<BusinessCheck, "write">;
  readonly customers: number;
}

/** How long one order may take: longer than any pause of the stores. */
const answerLimitMs = 10_000;

/**
 * Places orders through the edge until `work` is over, and for `seconds` at least; counts what came of them in that time.
 * @throws Error when not one was acknowledged
 */
export async function loadDuring<T>(
  { edge, check, customers }: ClosedLoop,
  seconds: number,
  work: () => Promise<T>,
): Promise<{ load: LoadFigures; result: T }> {
  const client = new EdgeClient(edge, answerLimitMs);
  const latencies: number[] = [];
  let missed = 0;
  let running = true;
  let seq = 0;
  const run = newRun();
  const customer = async (): Promise<void> => {
    while (running) {
      const sent = performance.now();
      const outcome = await writeOne(client, check.write, { seq: ++seq, run });
      if (outcome.kind === "acknowledged") latencies.push(performance.now() - sent);
      else missed += 1;
    }
  };
  const started = performance.now();
  const all = Promise.all(Array.from({ length: customers }, customer));
  try {
    const [result] = await Promise.all([work(), wait(seconds * 1000, undefined, { ref: false })]);
    running = false;
    await all;
    const took = (performance.now() - started) / 1000;
    return { load: figuresOf(latencies, missed, took), result };
  } finally {
    running = false;
    await all;
    client.close();
  }
}

function figuresOf(latencies: readonly number[], missed: number, seconds: number): LoadFigures {
  if (latencies.length === 0)
    throw new Error(`bench: none of ${missed} orders was acknowledged: see \`./kaleem status\`.`);
  return {
    seconds,
    acknowledged: latencies.length,
    notAcknowledged: missed,
    perSecond: latencies.length / seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    maxMs: quantile(latencies, 1),
  };
}
