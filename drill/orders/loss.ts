import type { LedgerEntry } from "../../recovery/orders/ledger.ts";

/** What a drill knows after a restore. */
export interface LossInput {
  /** Every order that was acknowledged, in any order. */
  readonly ledger: readonly LedgerEntry[];
  /** Store → order id → digest of the order as that store has it now. */
  readonly restored: Readonly<Record<string, ReadonlyMap<string, string>>>;
  /** The point's instant, by the host's clock: all that was acknowledged before it must be there. */
  readonly instant: Date;
  /** When the machine was lost, by the writer's clock. */
  readonly lostAt: Date;
  /** Host's clock minus writer's clock, in milliseconds. @default 0 */
  readonly clockOffsetMs?: number;
  /** How far that offset may be off. Orders acknowledged this close before the instant are not demanded. @default 0 */
  readonly clockErrorMs?: number;
}

/** An order that a store should have. */
export interface MissingOrder {
  readonly store: string;
  readonly entry: LedgerEntry;
}

/** What one store kept. */
export interface StoreLoss {
  readonly missingBefore: number;
  readonly alteredBefore: number;
  /** Acknowledged after the instant, gone or altered. */
  readonly lostAfter: number;
}

/** What a restore lost, and whether it was allowed to. */
export interface LossAssessment {
  /** `kept`: all that had to be there is. `lost`: something is not. `unproven`: nothing could be compared. */
  readonly verdict: "kept" | "lost" | "unproven";
  /** Orders that had to be there. */
  readonly acknowledgedBefore: number;
  readonly missingBefore: readonly MissingOrder[];
  readonly alteredBefore: readonly MissingOrder[];
  /** Orders between the instant and the loss. */
  readonly acknowledgedAfter: number;
  /** Of those, gone or altered in at least one store: the price of the loss. */
  readonly lostAfter: number;
  /** Orders acknowledged within the clocks' error of the instant: not demanded, counted with `acknowledgedAfter`. */
  readonly inDoubt: number;
  /** Acknowledged after the loss, by the rebuilt machine; not looked at. */
  readonly acknowledgedSince: number;
  /** From the instant to the loss: the age of what came back. */
  readonly rpoSeconds: number;
  /** From the earliest lost order to the loss; 0 when none was lost. */
  readonly lostSpanSeconds: number;
  readonly perStore: Readonly<Record<string, StoreLoss>>;
}

/** Holds what was acknowledged against what came back. An order that only one store lost is lost. */
export function assessLoss(input: LossInput): LossAssessment {
  const { ledger, restored, lostAt, clockOffsetMs = 0, clockErrorMs = 0 } = input;
  const instant = input.instant.getTime() - clockOffsetMs;
  const acknowledged = ledger.map((entry) => ({ entry, at: Date.parse(entry.acknowledgedAt) }));
  const beforeLoss = acknowledged.filter(({ at }) => at <= lostAt.getTime());
  const before = beforeLoss.filter(({ at }) => at < instant - clockErrorMs).map(({ entry }) => entry);
  const after = beforeLoss.filter(({ at }) => at >= instant - clockErrorMs);

  const stores = Object.entries(restored);
  const faults = (
    entries: readonly LedgerEntry[],
    isFault: (found: string | undefined, entry: LedgerEntry) => boolean,
  ) =>
    stores.flatMap(([store, orders]) =>
      entries.filter((entry) => isFault(orders.get(entry.id), entry)).map((entry) => ({ store, entry })),
    );
  const missingBefore = faults(before, isMissing);
  const alteredBefore = faults(before, isAltered);
  const goneAfter = faults(
    after.map(({ entry }) => entry),
    isMissingOrAltered,
  );
  const lostIds = new Set([...missingBefore, ...alteredBefore, ...goneAfter].map(({ entry }) => entry.id));
  const firstLost = Math.min(...beforeLoss.filter(({ entry }) => lostIds.has(entry.id)).map(({ at }) => at));
  const count = (found: readonly MissingOrder[], store: string) =>
    found.filter((fault) => fault.store === store).length;

  const isUnproven = stores.length === 0 || before.length === 0;
  const isLost = missingBefore.length + alteredBefore.length > 0;
  return {
    verdict: isLost ? "lost" : isUnproven ? "unproven" : "kept",
    acknowledgedBefore: before.length,
    missingBefore,
    alteredBefore,
    acknowledgedAfter: after.length,
    lostAfter: new Set(goneAfter.map(({ entry }) => entry.id)).size,
    inDoubt: after.filter(({ at }) => at < instant).length,
    acknowledgedSince: ledger.length - beforeLoss.length,
    rpoSeconds: (lostAt.getTime() - instant) / 1000,
    lostSpanSeconds: Number.isFinite(firstLost) ? (lostAt.getTime() - firstLost) / 1000 : 0,
    perStore: Object.fromEntries(
      stores.map(([store]) => [
        store,
        {
          missingBefore: count(missingBefore, store),
          alteredBefore: count(alteredBefore, store),
          lostAfter: count(goneAfter, store),
        },
      ]),
    ),
  };
}

type Check = (found: string | undefined, entry: LedgerEntry) => boolean;
const isMissing: Check = (found) => found === undefined;
const isAltered: Check = (found, entry) => found !== undefined && found !== entry.digest;
const isMissingOrAltered: Check = (found, entry) => found !== entry.digest;
