import type { LedgerEntry } from "../drill/ledger.ts";
import { assessLoss, type LossAssessment, type MissingOrder } from "../drill/loss.ts";
import type { StoreLoss } from "./check.ts";
import type { Answer } from "./evidence.ts";

/** Acknowledged orders, and what is known of the clock that dated them. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  /** Host's clock minus writer's clock, in milliseconds. */
  readonly clockOffsetMs: number;
  /** How far that offset may be off. */
  readonly clockErrorMs: number;
}

/** How orders were judged: the outcome, and what the store lost where that could be measured. */
export interface JudgedOrders {
  readonly result: "ok" | "failed" | "not-made";
  readonly sentence: string;
  readonly loss: StoreLoss | null;
}

/** At most so many orders are named in a sentence. */
const namedOrders = 5;

/**
 * Holds one store against the ledger: what was acknowledged before the instant must be there unaltered, what came after
 * is counted as lost. Nothing to compare is no proof.
 */
export function judgeOrders(
  store: string,
  instant: string,
  ledger: Ledger,
  answer: Answer<ReadonlyMap<string, string>>,
): JudgedOrders {
  if ("why" in answer)
    return { result: "not-made", sentence: `could not be made: ${answer.why}`, loss: null };
  const assessed = assess(store, instant, ledger, answer.value);
  const { lostAfter } = assessed.perStore[store] ?? { lostAfter: 0 };
  const lost = assessed.missingBefore.length + assessed.alteredBefore.length + lostAfter;
  const loss = { store, lost, seconds: assessed.lostSpanSeconds };
  const demanded = assessed.acknowledgedBefore;
  switch (assessed.verdict) {
    case "kept":
      return {
        result: "ok",
        sentence: `all ${demanded} acknowledged before the instant are there, unaltered; ${lostAfter} later ones are lost`,
        loss,
      };
    case "unproven":
      return {
        result: "not-made",
        sentence: "could not be made: the ledger has no order from before the instant",
        loss,
      };
    case "lost": {
      const parts = [
        ...named("missing", assessed.missingBefore),
        ...named("altered", assessed.alteredBefore),
      ];
      return {
        result: "failed",
        sentence: `of ${demanded} acknowledged before the instant, ${parts.join("; ")}`,
        loss,
      };
    }
    default:
      return assessed.verdict satisfies never;
  }
}

function assess(
  store: string,
  instant: string,
  ledger: Ledger,
  held: ReadonlyMap<string, string>,
): LossAssessment {
  const times = ledger.entries.map((entry) => Date.parse(entry.acknowledgedAt));
  return assessLoss({
    ledger: ledger.entries,
    restored: { [store]: held },
    instant: new Date(instant),
    // The writer cannot know when the machine was lost; its last acknowledgement is the latest moment that can be shown.
    lostAt: new Date(times.reduce((latest, time) => Math.max(latest, time), 0)),
    clockOffsetMs: ledger.clockOffsetMs,
    clockErrorMs: ledger.clockErrorMs,
  });
}

function named(what: string, orders: readonly MissingOrder[]): string[] {
  if (orders.length === 0) return [];
  const shown = orders.slice(0, namedOrders).map(({ entry }) => `order ${entry.seq} (${entry.id})`);
  const rest = orders.length - shown.length;
  return [`${what}: ${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`];
}
