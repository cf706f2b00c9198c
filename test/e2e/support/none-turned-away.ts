import assert from "node:assert/strict";
import type { WriteStatistics } from "../../../recovery/business/write-statistics.ts";

/** Of 100 orders. */
const waitedInVain = 2;

/**
 * Nobody was turned away by what went on meanwhile. On a busy machine the stand-in for MongoDB (one SQLite file) may keep a few
 * writers waiting for longer than the API does; whatever else fails an order is the doing of what went on.
 */
export function assertNoneTurnedAway({ sent, failed, skipped, unknown, causes }: WriteStatistics): void {
  const others = Object.keys(causes).filter(
    (cause) => !/^503 mongo gave no answer within \d+ ms$/.test(cause),
  );
  assert.deepEqual([failed, skipped, others], [0, 0, []], JSON.stringify(causes));
  assert.ok(
    unknown <= (sent * waitedInVain) / 100,
    `${unknown} of ${sent} orders: ${JSON.stringify(causes)}`,
  );
}
