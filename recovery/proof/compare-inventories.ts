import type { Coverage, Entry, Inventory } from "../../catalog/inventory/inventory.ts";
import { compareContents } from "./compare-contents.ts";
import type { Finding } from "./finding.ts";

/** What a comparison says of one store. */
export interface Comparison {
  /** Everything that is missing, extra or altered; none when the store holds what it has to. */
  readonly findings: readonly Finding[];
  /** What has gone, or come, by itself, and was due to: said, and no failure. */
  readonly tolerated: readonly string[];
  /** Entries whose content could not be held against each other, and why. */
  readonly notCovered: readonly string[];
  readonly coverage: { readonly wanted: Coverage; readonly found: Coverage };
}

/**
 * Holds what a store was found to hold against what it has to hold. Equal, except for what was marked to go by itself: that may be
 * less, by as many as were due between the two inventories. Pure.
 * @throws Error when the two are of different stores, or when the one that was found is the earlier
 */
export function compareInventories(wanted: Inventory, found: Inventory): Comparison {
  refuseUnlike(wanted, found);
  const sides = { wanted: mapOf(wanted), found: mapOf(found) };
  const context: Context = {
    ...sides,
    store: wanted.store,
    checkedAtMs: Date.parse(found.finishedAt),
    findings: [],
    tolerated: [],
    notCovered: [],
    mayArrive: new Map(),
  };
  // What goes is looked at before what it may have gone to.
  const order = [...sides.wanted].sort(([, left], [, right]) => feeding(right) - feeding(left));
  for (const [path, entry] of order) {
    const there = sides.found.get(path);
    if (there === undefined) judgeMissing(path, entry, context);
    else judgeBoth(path, entry, there, context);
  }
  for (const [path, entry] of sides.found) if (!sides.wanted.has(path)) judgeExtra(path, entry, context);
  return {
    findings: byName(context.findings),
    tolerated: context.tolerated,
    notCovered: context.notCovered,
    coverage: { wanted: wanted.coverage, found: found.coverage },
  };
}

interface Context {
  readonly store: string;
  readonly wanted: ReadonlyMap<string, Entry>;
  readonly found: ReadonlyMap<string, Entry>;
  readonly checkedAtMs: number;
  readonly findings: Finding[];
  readonly tolerated: string[];
  readonly notCovered: string[];
  /** Path → how many items have gone elsewhere and may have arrived there. */
  readonly mayArrive: Map<string, number>;
}

function refuseUnlike(wanted: Inventory, found: Inventory): void {
  if (wanted.store !== found.store) {
    throw new Error(`inventories: expected two of one store, got ${wanted.store} and ${found.store}`);
  }
  if (Date.parse(found.finishedAt) < Date.parse(wanted.takenAt)) {
    throw new Error(
      `inventories of ${wanted.store}: the one to be checked was taken at ${found.finishedAt}, before the one that it is held ` +
        `against (${wanted.takenAt}): what was due cannot be told; look at the machine's clock`,
    );
  }
}

function judgeMissing(path: string, entry: Entry, context: Context): void {
  // Said once, for the uppermost: what is below a collection that is gone is gone with it.
  if (parentsOf(path).some((parent) => context.wanted.has(parent) && !context.found.has(parent))) return;
  const { mayGo } = entry;
  if (mayGo !== undefined && Date.parse(mayGo.from) <= context.checkedAtMs) {
    creditAll(path, entry, context);
    context.tolerated.push(`${nameOf(path, entry, context)}: gone by itself: ${mayGo.why}`);
    return;
  }
  // Content that was all due to go takes its entry along in some stores: an expired key was the last of its kind.
  if (isContent(entry) && entry.options === undefined) {
    judgeContents(path, entry, { kind: entry.kind, count: 0 }, context);
    return;
  }
  const below = [...context.wanted.keys()].filter((other) => other.startsWith(`${path}/`)).length;
  add(path, entry, context, `is missing${below === 0 ? "" : `, and with it ${below} entries below it`}`);
}

function judgeExtra(path: string, entry: Entry, context: Context): void {
  if (parentsOf(path).some((parent) => context.found.has(parent) && !context.wanted.has(parent))) return;
  if (entry.mayCome !== undefined && isEmptyBelow(path, context.found)) {
    context.tolerated.push(`${nameOf(path, entry, context)}: has come by itself: ${entry.mayCome}`);
    return;
  }
  // A store may tell of content only where there is some.
  if (isContent(entry) && entry.options === undefined) {
    judgeContents(path, { kind: entry.kind, count: 0 }, entry, context);
    return;
  }
  add(path, entry, context, "is there, and should not be");
}

function judgeBoth(path: string, want: Entry, got: Entry, context: Context): void {
  const differences = optionDifferences(want, got);
  if (differences.length > 0) add(path, want, context, differences.join("; "));
  else judgeContents(path, want, got, context);
}

function judgeContents(path: string, want: Entry, got: Entry, context: Context): void {
  const { problem, gone, notCovered } = compareContents(want, got, {
    checkedAtMs: context.checkedAtMs,
    mayArrive: context.mayArrive.get(path) ?? 0,
  });
  const name = nameOf(path, want, context);
  if (problem !== null) add(path, want, context, problem);
  if (gone !== null) {
    context.tolerated.push(`${name}: ${gone.sentence}`);
    for (const target of want.feeds ?? []) credit(target, gone.count, context);
  }
  if (notCovered !== null) context.notCovered.push(`${name}: ${notCovered}`);
}

/** A whole entry that went may have sent all that it held to others. */
function creditAll(path: string, entry: Entry, context: Context): void {
  for (const [below, { count, goes, feeds }] of [...context.wanted, [path, entry] as const]) {
    if (below !== path && !below.startsWith(`${path}/`)) continue;
    const items = (count ?? 0) + (goes?.windows.reduce((sum, window) => sum + window.count, 0) ?? 0);
    for (const target of feeds ?? []) credit(target, items, context);
  }
}

function credit(path: string, count: number, { mayArrive }: Context): void {
  mayArrive.set(path, (mayArrive.get(path) ?? 0) + count);
}

function optionDifferences({ options: want = {} }: Entry, { options: got = {} }: Entry): string[] {
  const names = [...new Set([...Object.keys(want), ...Object.keys(got)])].sort();
  return names.flatMap((name) =>
    want[name] === got[name] ? [] : [`${name}: expected ${want[name] ?? "none"}, got ${got[name] ?? "none"}`],
  );
}

function isEmptyBelow(path: string, found: ReadonlyMap<string, Entry>): boolean {
  return [...found].every(
    ([other, { count, goes }]) =>
      (other !== path && !other.startsWith(`${path}/`)) || ((count ?? 0) === 0 && goes === undefined),
  );
}

function isContent({ count }: Entry): boolean {
  return count !== undefined;
}

function feeding({ feeds = [], mayGo }: Entry): number {
  return feeds.length > 0 || mayGo !== undefined ? 1 : 0;
}

function parentsOf(path: string): string[] {
  const names = path.split("/");
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join("/"));
}

function nameOf(path: string, { kind }: Entry, { store }: Context): string {
  return `${store}: ${kind}: ${path}`;
}

function add(path: string, entry: Entry, context: Context, sentence: string): void {
  context.findings.push({ name: nameOf(path, entry, context), sentence });
}

function byName(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((left, right) => (left.name < right.name ? -1 : 1));
}

function mapOf({ entries }: Inventory): ReadonlyMap<string, Entry> {
  return new Map(Object.entries(entries));
}
