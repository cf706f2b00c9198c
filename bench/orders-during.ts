import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BusinessCheck } from "../contract/business-check.ts";
import type { EdgeTarget } from "../recovery/business/edge-client.ts";
import { readLedger } from "../recovery/business/ledger-file.ts";
import type { WriteStatistics } from "../recovery/business/write-statistics.ts";
import { CheckWriter } from "../recovery/business/check-writer.ts";
import { readBack, type ReadBack } from "../recovery/business/read-back.ts";

/** As long as a patient customer waits. */
const timeoutMs = 30_000;

/** What became of orders that were written while something went on. */
export interface OrdersDuring<T> {
  readonly result: T;
  readonly written: WriteStatistics;
  /** Every acknowledged order, read again through the edge. */
  readonly read: ReadBack;
}

/** Writes orders through the edge at a steady rate while `work` runs, then reads back all that were acknowledged. */
export async function ordersDuring<T>(
  target: EdgeTarget,
  check: BusinessCheck,
  ratePerSecond: number,
  work: () => Promise<T>,
): Promise<OrdersDuring<T>> {
  const folder = await mkdtemp(join(tmpdir(), "kaleem-orders-"));
  try {
    const ledgerFile = join(folder, "ledger.jsonl");
    // All may wait at once that come in while a store is stopped and started.
    const maxInFlight = ratePerSecond * (timeoutMs / 1000) * 2;
    const writer = await CheckWriter.start({
      target,
      check,
      ledgerFile,
      ratePerSecond,
      timeoutMs,
      maxInFlight,
    });
    let written: WriteStatistics;
    let result: T;
    try {
      result = await work();
    } finally {
      written = await writer.stop();
    }
    const read = await readBack(target, check, (await readLedger(ledgerFile)).entries, { timeoutMs });
    return { result, written, read };
  } finally {
    await rm(folder, { recursive: true });
  }
}
