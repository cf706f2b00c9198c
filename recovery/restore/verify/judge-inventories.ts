import type { Coverage, Inventory } from "../../../catalog/inventory/inventory.ts";
import { compareInventories, type Comparison } from "../../proof/compare-inventories.ts";
import { acceptFindings, type Finding } from "../../proof/finding.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import type { Check } from "./check.ts";
import type { Answer } from "./evidence.ts";

/** What a restored store is held against: its inventory at the point, or why there is none. */
export type StoreInventory =
  | { readonly wanted: Inventory; readonly found: Answer<Inventory> }
  /** Nobody knows what the point holds of it. */
  | { readonly why: string }
  /** The same, and a person said that it need not be known. */
  | { readonly leftOut: string };

/** The judgement of all stores by what they hold. */
export interface JudgedInventories {
  readonly checks: readonly Check[];
  /** Names that were to be accepted and that nothing is called by. */
  readonly unused: readonly string[];
}

/** Name of the check of a store that was held against no inventory because a person said so. */
export const notCompared = "not compared";

/** So many entries without a comparison are named. */
const namedEntries = 3;

/**
 * Holds what each restored store holds against what the point holds of it. Each difference is a check of its own, with the flag that
 * would accept it; what has gone by itself, as it was due to, and what could not be compared is said. Pure.
 * @param accept names or families that a person accepts
 */
export function judgeInventories(
  stores: Readonly<Record<string, StoreInventory>>,
  accept: readonly string[],
): JudgedInventories {
  const compared = Object.entries(stores).map(([store, one]) => ({ store, ...compare(store, one) }));
  const findings = compared.flatMap(({ comparison }) => comparison?.findings ?? []);
  const { accepted, unused } = acceptFindings(findings, accept);
  const isAccepted = new Set(accepted);
  const checks = compared.flatMap(({ store, comparison, instead }): Check[] =>
    comparison === null
      ? [{ store, name: instead.result === "accepted" ? notCompared : "inventory", ...instead }]
      : checksOf(store, comparison, isAccepted),
  );
  return { checks, unused };
}

type Instead = Pick<Check, "result" | "sentence">;

interface Compared {
  readonly comparison: Comparison | null;
  /** What is said where there is none. */
  readonly instead: Instead;
}

function compare(store: string, one: StoreInventory): Compared {
  const none = (result: Check["result"], sentence: string): Compared => {
    return { comparison: null, instead: { result, sentence: `${store}: inventory: ${sentence}` } };
  };
  if ("leftOut" in one) return none("accepted", `not compared: ${one.leftOut}`);
  const notMade = (why: string): Compared => none("not-made", `could not be compared: ${why}`);
  if ("why" in one) return notMade(one.why);
  if ("why" in one.found) return notMade(one.found.why);
  try {
    const comparison = compareInventories(one.wanted, one.found.value);
    return { comparison, instead: { result: "ok", sentence: "" } };
  } catch (error) {
    return notMade(sentenceOf(error));
  }
}

function checksOf(store: string, comparison: Comparison, accepted: ReadonlySet<Finding>): Check[] {
  const { findings, tolerated, notCovered, coverage } = comparison;
  const said = (name: string, sentence: string): Check => ({ store, name, result: "ok", sentence });
  const described = `inventory: ${describe(coverage.wanted)} at the point, ${describe(coverage.found)} now`;
  const differs = findings.length === 1 ? "1 difference" : `${findings.length} differences`;
  return [
    ...findings.map((finding): Check => {
      const isAccepted = accepted.has(finding);
      const flag = acceptFlag(finding.name);
      return {
        store,
        name: "inventory",
        result: isAccepted ? "accepted" : "failed",
        sentence: `${finding.name}: ${finding.sentence}; ${isAccepted ? `accepted by ${flag}` : `to accept it: ${flag}`}`,
      };
    }),
    said(
      "inventory",
      findings.length === 0
        ? `${store}: ${described}, as it has to be`
        : `${store}: ${described}, ${differs}`,
    ),
    ...tolerated.map((sentence) => said("by itself", sentence)),
    ...(notCovered.length === 0 ? [] : [said("not covered", `${store}: ${listed(notCovered)}`)]),
  ];
}

function describe({ hashed, of, sampled }: Coverage): string {
  return `${of} items, ${sampled ? `${hashed} of them` : "all"} read`;
}

function listed(sentences: readonly string[]): string {
  const more = sentences.length - namedEntries;
  return `content not compared, or not all of it: ${sentences.slice(0, namedEntries).join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

/** As it is typed into a shell, whatever is in the name. */
export function acceptFlag(name: string): string {
  const plain = /^[^"$`\\!]*$/.test(name);
  return `--accept ${plain ? `"${name}"` : `'${name.replaceAll("'", `'\\''`)}'`}`;
}
