import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EdgeTarget } from "../recovery/orders/edge-client.ts";
import { readLedger } from "../recovery/orders/ledger-file.ts";
import type { OrderStatistics } from "../recovery/orders/order-statistics.ts";
import { OrderWriter } from "../recovery/orders/order-writer.ts";
import { readBack, type ReadBack } from "../recovery/orders/read-back.ts";

/** As long as a patient customer waits. */
const timeoutMs = 30_000;

/** What became of orders that were written while something went on. */
export interface OrdersDuring<T> {
  readonly result: T;
  readonly written: OrderStatistics;
  /** Every acknowledged order, read again through the edge. */
  readonly read: ReadBack;
}

/** Writes orders through the edge at a steady rate while `work` runs, then reads back all that were acknowledged. */
export async function ordersDuring<T>(
  target: EdgeTarget,
  ratePerSecond: number,
  work: () => Promise<T>,
): Promise<OrdersDuring<T>> {
  const folder = await mkdtemp(join(tmpdir(), "kaleem-orders-"));
  try {
    const ledgerFile = join(folder, "ledger.jsonl");
    // All may wait at once that come in while a store is stopped and started.
    const maxInFlight = ratePerSecond * (timeoutMs / 1000) * 2;
    const writer = await OrderWriter.start({ target, ledgerFile, ratePerSecond, timeoutMs, maxInFlight });
    let written: OrderStatistics;
    let result: T;
    try {
      result = await work();
    } finally {
      written = await writer.stop();
    }
    const read = await readBack(target, (await readLedger(ledgerFile)).entries, { timeoutMs });
    return { result, written, read };
  } finally {
    await rm(folder, { recursive: true });
  }
}
