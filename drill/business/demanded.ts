import type { LedgerEntry } from "../../recovery/business/ledger.ts";

/** What is known of the clock that dated the writes. */
export interface WritersClock {
  /** Host's clock minus writer's clock, in milliseconds. */
  readonly offsetMs: number;
  /** How far that offset may be off. Writes acknowledged this close before the instant are not demanded. */
  readonly errorMs: number;
}

/** The writes that a point has to hold: acknowledged before its instant, beyond all doubt of the clocks. */
export function demandedWrites(
  entries: readonly LedgerEntry[],
  instant: Date,
  clock: WritersClock,
): readonly LedgerEntry[] {
  const limit = instant.getTime() - clock.offsetMs - clock.errorMs;
  return entries.filter(({ acknowledgedAt }) => Date.parse(acknowledgedAt) < limit);
}
