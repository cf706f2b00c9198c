import type { Digest, Entry, Sample } from "../../catalog/inventory/inventory.ts";
import { addSums } from "../../catalog/inventory/set-digest.ts";
import { compareWindows, type ComparedWindows } from "./compare-windows.ts";

/** What may be otherwise. */
export interface Allowance {
  /** What was due by then may be gone, in ms since 1970. */
  readonly checkedAtMs: number;
  /** Items that went elsewhere by themselves and may have arrived here. */
  readonly mayArrive: number;
}

/** What is said of the items of one entry. */
export interface ComparedContents {
  /** Null when nothing is wrong. */
  readonly problem: string | null;
  /** What went or came by itself. */
  readonly gone: { readonly count: number; readonly sentence: string } | null;
  /** Why the content could not be compared, or not all of it. */
  readonly notCovered: string | null;
}

/** Holds the items of an entry against those that have to be there: their number, and by their digests which ones. Pure. */
export function compareContents(want: Entry, got: Entry, allowance: Allowance): ComparedContents {
  if (want.count === undefined && got.count === undefined) {
    return { problem: null, gone: null, notCovered: null };
  }
  if (typeof want.count !== "number" || typeof got.count !== "number") {
    const which = typeof want.count === "number" ? "now" : "in the inventory of the point";
    return {
      problem: null,
      gone: null,
      notCovered: `not covered: its items were not counted in time ${which}`,
    };
  }
  const windows = compareWindows(want.goes?.windows ?? [], got.goes?.windows ?? [], allowance.checkedAtMs);
  const comparable = comparableDigests(want, got);
  const counts = { want: want.count, got: got.count };
  const arrived = counts.got - counts.want;
  const mayHaveArrived = arrived > 0 && arrived <= allowance.mayArrive;
  const gone = windows.due.wanted.count - windows.due.found.count;
  const problems = [
    ...countProblems(counts, mayHaveArrived),
    ...windowProblems(windows, comparable.digests !== null),
    ...(gone < 0
      ? [`expected at most ${windows.due.wanted.count} that were due to go, got ${windows.due.found.count}`]
      : []),
    ...(mayHaveArrived || comparable.digests === null
      ? []
      : contentProblems(counts, comparable.digests, windows, want, got)),
  ];
  return {
    problem: problems.length === 0 ? null : problems.join("; "),
    gone: problems.length > 0 ? null : describeMoves(want, gone, mayHaveArrived ? arrived : 0),
    notCovered: comparable.why ?? (mayHaveArrived ? "content not compared: items have arrived" : null),
  };
}

function countProblems({ want, got }: { want: number; got: number }, mayHaveArrived: boolean): string[] {
  return want === got || mayHaveArrived ? [] : [`expected ${want}, got ${got}`];
}

/** What was not due yet has to be there to the last item. */
function windowProblems({ differing }: ComparedWindows, byDigest: boolean): string[] {
  const [first] = differing.filter(({ wanted, found }) => byDigest || wanted.count !== found.count);
  if (first === undefined) return [];
  const { from, wanted, found } = first;
  const which = `of those that go by themselves from ${from} on`;
  return wanted.count === found.count
    ? [`${which}: ${wanted.count}, as expected, with other content`]
    : [`${which}: expected ${wanted.count}, got ${found.count}`];
}

/** An equal number of items with another digest are other items. */
function contentProblems(
  counts: { want: number; got: number },
  [wanted, found]: readonly [Digest, Digest],
  { due }: ComparedWindows,
  want: Entry,
  got: Entry,
): string[] {
  const all = counts.want + leaving(want);
  const part = wanted.hashed < all ? ` of the ${wanted.hashed} that were looked at` : "";
  if (counts.want === counts.got && wanted.sum !== found.sum) {
    const size = want.bytes !== undefined && got.bytes !== undefined && want.bytes !== got.bytes;
    const bytes = size ? `, ${String(want.bytes)} bytes became ${String(got.bytes)}` : "";
    return [`${counts.want}, as expected, with other content${part}${bytes}`];
  }
  if (due.wanted.count === due.found.count && due.wanted.sum !== due.found.sum) {
    return [`${due.wanted.count} that were due to go are all there, with other content`];
  }
  return [];
}

function leaving({ goes }: Entry): number {
  return goes?.windows.reduce((sum, { count }) => sum + count, 0) ?? 0;
}

function describeMoves({ goes }: Entry, gone: number, arrived: number): ComparedContents["gone"] {
  const parts = [
    ...(gone > 0 ? [`${gone} gone by themselves, as due: ${goes?.why ?? "due"}`] : []),
    ...(arrived > 0 ? [`${arrived} arrived from where they were due to leave`] : []),
  ];
  return parts.length === 0 ? null : { count: Math.max(gone, 0), sentence: parts.join("; ") };
}

/** Both digests when they speak of the same items; else why the content cannot be compared. */
function comparableDigests(
  want: Entry,
  got: Entry,
): { readonly digests: readonly [Digest, Digest] | null; readonly why: string | null } {
  const [wanted, found] = [digestOf(want), digestOf(got)];
  const total = (want.count ?? 0) + leaving(want);
  if (wanted === undefined)
    return { digests: null, why: `content not covered: ${total} items, none of them hashed` };
  if (found === undefined)
    return { digests: null, why: `content not covered: ${total} items, none of them hashed now` };
  // An empty side was hashed whole however it was sampled.
  const empty = [want, got].find((entry) => entry.count === 0 && leaving(entry) === 0);
  if (!sameSample(wanted.sample, found.sample) && empty === undefined) {
    return {
      digests: null,
      why: `content not covered: ${describe(wanted.sample)} then, ${describe(found.sample)} now`,
    };
  }
  if (shifts(wanted.sample) && leaving(want) !== leaving(got)) {
    return {
      digests: null,
      why: "content not covered: some have gone, so that its first and last are others",
    };
  }
  const part = wanted.hashed < total ? `content covered in part: ${wanted.hashed} of ${total} items` : null;
  return { digests: [wanted, found], why: part };
}

/** What holds nothing needs no digest to be known whole. */
function digestOf(entry: Entry): Digest | undefined {
  if (entry.digest !== undefined) return entry.digest;
  if (entry.count !== 0 || leaving(entry) !== 0) return undefined;
  return { sum: addSums(), sample: "all", hashed: 0, bytes: 0 };
}

function sameSample(left: Sample, right: Sample): boolean {
  return describe(left) === describe(right);
}

function shifts(sample: Sample): boolean {
  return typeof sample === "object" && "first" in sample;
}

function describe(sample: Sample): string {
  if (sample === "all") return "all were hashed";
  if ("oneIn" in sample) return `one in ${sample.oneIn} was hashed`;
  return `the first ${sample.first} and the last ${sample.last} were hashed`;
}
