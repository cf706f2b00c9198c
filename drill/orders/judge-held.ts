import { catalog } from "../../catalog/catalog.ts";
import type { HeldRecords } from "../../recovery/agent/commands/orders.ts";
import { spreadOf, type Spread } from "../../recovery/restore/verify/spread.ts";
import { judgeOrders, type HeldOrders, type Ledger } from "./judge-orders.ts";
import type { StoreLoss } from "./store-loss.ts";

/** What the stores of a restored platform have of the acknowledged orders. */
export interface JudgedStores {
  /** Why it is not what it has to be, a sentence each; empty when it is. */
  readonly causes: readonly string[];
  readonly losses: readonly StoreLoss[];
  /** How far the stores are from each other by the newest order that each still has; null where not known. */
  readonly spread: Spread | null;
}

/** Store → the one where an order may be instead: its message worked off, or not yet. */
const elsewhere: ReadonlyMap<string, string> = new Map(
  catalog.flatMap((service) =>
    service.kind === "stateful" && service.recovery.ordersMayBeIn !== undefined
      ? [[service.name, service.recovery.ordersMayBeIn]]
      : [],
  ),
);

/** Holds every store that keeps orders against the ledger: a platform whose stores fit together has each order in all of them. Pure. */
export function judgeHeld({ stores }: HeldRecords, instant: string, ledger: Ledger): JudgedStores {
  const answers = new Map<string, HeldOrders["own"]>(
    Object.entries(stores).map(([store, answer]) => [
      store,
      "why" in answer ? answer : { value: new Map(Object.entries(answer.held)) },
    ]),
  );
  const judged = [...answers].map(([store, own]) => {
    const other = elsewhere.get(store);
    const held = other === undefined ? undefined : (answers.get(other) ?? { why: "it was not asked" });
    const known = other === undefined || held === undefined ? {} : { elsewhere: { store: other, held } };
    return { store, ...judgeOrders({ store, own, ...known }, instant, ledger) };
  });
  const losses = judged.flatMap(({ loss }) => loss ?? []);
  const newest = losses.flatMap(({ store, newestOrderAt }): [string, string][] =>
    newestOrderAt === null ? [] : [[store, newestOrderAt]],
  );
  return {
    causes: judged
      .filter(({ result }) => result !== "ok")
      .map(({ store, sentence }) => `${store}: orders: ${sentence}`),
    losses,
    spread: spreadOf(new Map(newest)),
  };
}
