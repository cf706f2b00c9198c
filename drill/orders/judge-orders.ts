import type { LedgerEntry } from "../../recovery/orders/ledger.ts";
import type { Answer } from "../../recovery/restore/verify/evidence.ts";
import { demandedOrders } from "./demanded.ts";
import { assessLoss, type LossAssessment, type MissingOrder } from "./loss.ts";
import type { StoreLoss } from "./store-loss.ts";

/** Acknowledged orders, and what is known of the clock that dated them. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  /** Host's clock minus writer's clock, in milliseconds. */
  readonly clockOffsetMs: number;
  /** How far that offset may be off. */
  readonly clockErrorMs: number;
}

/** Order id → digest of the order as a store has it. */
type Digests = ReadonlyMap<string, string>;

/** A store's orders, and those of the one where they may be instead. */
export interface HeldOrders {
  readonly store: string;
  readonly own: Answer<Digests>;
  /** Left out for a store that has to hold every order itself. */
  readonly elsewhere?: { readonly store: string; readonly held: Answer<Digests> };
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
 * Holds one store against the ledger: what was acknowledged before the instant must be there unaltered, or in the store where it
 * may be instead; what came after is counted as lost. One that is altered here is altered, wherever else it is.
 * Nothing to compare is no proof.
 */
export function judgeOrders(held: HeldOrders, instant: string, ledger: Ledger): JudgedOrders {
  const { store, own, elsewhere } = held;
  if ("why" in own) return notMade(own.why);
  const clock = { offsetMs: ledger.clockOffsetMs, errorMs: ledger.clockErrorMs };
  const demanded = demandedOrders(ledger.entries, new Date(instant), clock);
  const absent = demanded.filter(({ id }) => !own.value.has(id)).length;
  if (elsewhere !== undefined && "why" in elsewhere.held && absent > 0) {
    return notMade(
      `${absent} of ${demanded.length} are not here, and ${elsewhere.store}, where they may be instead, gave no answer: ${elsewhere.held.why}`,
    );
  }
  const others = elsewhere !== undefined && "value" in elsewhere.held ? elsewhere.held.value : none;
  const found = new Map([...others, ...own.value]);
  const assessed = assess(store, instant, ledger, found);
  const { lostAfter } = assessed.perStore[store] ?? { lostAfter: 0 };
  const loss = {
    store,
    lost: assessed.missingBefore.length + assessed.alteredBefore.length + lostAfter,
    seconds: assessed.lostSpanSeconds,
    newestOrderAt: newestOf(ledger.entries.filter(({ id, digest }) => found.get(id) === digest)),
  };
  switch (assessed.verdict) {
    case "kept": {
      const where =
        elsewhere === undefined ? "" : `: ${places(demanded, own.value, others, elsewhere.store)}`;
      const sentence = `all ${demanded.length} acknowledged before the instant are there, unaltered${where}; ${lostAfter} later ones are lost`;
      return { result: "ok", sentence, loss };
    }
    case "unproven":
      return { ...notMade("the ledger has no order from before the instant"), loss };
    case "lost": {
      const instead = elsewhere === undefined ? "" : ` here and in ${elsewhere.store}`;
      const parts = [
        ...named(`missing${instead}`, assessed.missingBefore),
        ...named("altered", assessed.alteredBefore),
      ];
      const sentence = `of ${demanded.length} acknowledged before the instant, ${parts.join("; ")}`;
      return { result: "failed", sentence, loss };
    }
    default:
      return assessed.verdict satisfies never;
  }
}

const none: Digests = new Map();

function notMade(why: string): JudgedOrders {
  return { result: "not-made", sentence: `could not be checked: ${why}`, loss: null };
}

function assess(store: string, instant: string, ledger: Ledger, held: Digests): LossAssessment {
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

/** How many are where, such as `90 here, 8 in rabbitmq, 2 in both`. */
function places(demanded: readonly LedgerEntry[], own: Digests, others: Digests, other: string): string {
  const count = (isHere: boolean, isThere: boolean) =>
    demanded.filter(({ id }) => own.has(id) === isHere && others.has(id) === isThere).length;
  const both = count(true, true);
  return `${count(true, false)} here, ${count(false, true)} in ${other}${both > 0 ? `, ${both} in both` : ""}`;
}

function newestOf(entries: readonly LedgerEntry[]): string | null {
  return entries.reduce<string | null>(
    (newest, { acknowledgedAt }) =>
      newest === null || Date.parse(acknowledgedAt) > Date.parse(newest) ? acknowledgedAt : newest,
    null,
  );
}

function named(what: string, orders: readonly MissingOrder[]): string[] {
  if (orders.length === 0) return [];
  const shown = orders.slice(0, namedOrders).map(({ entry }) => `order ${entry.seq} (${entry.id})`);
  const rest = orders.length - shown.length;
  return [`${what}: ${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`];
}
