import { comparePositions, positionText, timeOf, type Position } from "../../catalog/oplog/position.ts";
import type { SliceName } from "./slice.ts";

/** From where to where a store is rolled forward. */
export interface Span {
  /** Of the recovery point, and so of the slices. */
  readonly lineage: string;
  readonly generation: number;
  /** All that was written up to here is in the point. */
  readonly from: Position;
  /** What is replayed ends before this: the entry at it, and all after it, are not. */
  readonly before: Position;
}

/** Slices that follow each other without a hole, oldest first. */
export interface Chosen {
  readonly slices: readonly SliceName[];
  /** An entry of the same chain at the end or after it, which a store that stands at its point does not have; null when none is known. */
  readonly beyond: Position | null;
}

/** Why a time cannot be reached from a point. */
export interface Unreachable {
  readonly code: "backwards" | "no-slices" | "too-old" | "hole" | "not-shipped";
  /** A whole sentence, which says the nearest that can be reached. */
  readonly sentence: string;
  /** Up to where a replay from this point can go; null when nowhere. */
  readonly reaches: Position | null;
}

/** A transaction is written down within moments of its commit: where its first parts are older than the point, they are looked for here. */
const lookBackSeconds = 60;

/**
 * The slices that bring a point to a place in the oplog: each follows the one before it by position and by digest, and the last one
 * reaches the end. Of slices that cover the same, such as those of a tail that was started twice, one chain is taken and never a mixture.
 * Pure; what is in the slices is judged when they are read.
 */
export function chooseSlices(all: readonly SliceName[], span: Span): Chosen | Unreachable {
  const { lineage, generation, from, before } = span;
  if (comparePositions(before, from) <= 0)
    return refuse(
      "backwards",
      `the point holds everything up to ${told(from)} already, which is after ${told(before)}: choose an older point`,
      null,
    );
  const slices = all.filter((one) => one.lineage === lineage && one.generation === generation);
  if (slices.length === 0)
    return refuse(
      "no-slices",
      `the bucket has no slices of the oplog of lineage ${lineage}, generation ${generation}: only points can be restored`,
      null,
    );
  const chains = chainsOf(slices);
  const usable = chains
    .map((chain) => whole(chain, from))
    .filter((chain) => chain.length > 0)
    .sort((a, b) => comparePositions(reach(b), reach(a)));
  const best = usable[0];
  if (best === undefined) return beginsTooLate(chains, from);
  if (!covers(best, before)) return endsTooEarly(best, chains, before);
  const end = best.findIndex((one) => coversEnd(one, before));
  const beyond = best.slice(end).find(({ last }) => comparePositions(last, before) >= 0)?.last ?? null;
  return { slices: best.slice(firstNeeded(best, from), end + 1), beyond };
}

/** Whether all that was written before this place is in this slice or in a former one. */
function coversEnd({ last, until }: SliceName, before: Position): boolean {
  return until > before.t || (until === before.t && before.i === 0) || comparePositions(last, before) >= 0;
}

function covers(chain: readonly SliceName[], before: Position): boolean {
  return chain.some((one) => coversEnd(one, before));
}

/** Every chain among some slices, each from the oldest that is left of it to its end. */
function chainsOf(slices: readonly SliceName[]): readonly (readonly SliceName[])[] {
  const named = new Map(slices.map((one) => [one.digest, one]));
  const followed = new Set(slices.map(({ previous, after }) => `${previous ?? ""} ${positionText(after)}`));
  const isEnd = ({ digest, last }: SliceName): boolean => !followed.has(`${digest} ${positionText(last)}`);
  return slices.filter(isEnd).map((end) => chainTo(end, named));
}

/** As far back as each one follows the one before it by position, too. */
function chainTo(end: SliceName, named: ReadonlyMap<string, SliceName>): readonly SliceName[] {
  const chain = [end];
  for (let one = end; one.previous !== null;) {
    const former = named.get(one.previous);
    if (former === undefined || comparePositions(former.last, one.after) !== 0) break;
    chain.push(former);
    one = former;
  }
  return chain.reverse();
}

/** The chain when it reaches back to that place; nothing when it begins after it. */
function whole(chain: readonly SliceName[], from: Position): readonly SliceName[] {
  const [first] = chain;
  return first !== undefined && comparePositions(first.after, from) <= 0 ? chain : [];
}

function firstNeeded(chain: readonly SliceName[], from: Position): number {
  const back = { t: Math.max(0, from.t - lookBackSeconds), i: from.i };
  const index = chain.findIndex(({ last }) => comparePositions(last, back) > 0);
  return Math.max(0, index);
}

function reach(chain: readonly SliceName[]): Position {
  const end = chain.at(-1);
  if (end === undefined) return { t: 0, i: 0 };
  const until = { t: end.until, i: 0 };
  return comparePositions(end.last, until) > 0 ? end.last : until;
}

function beginsTooLate(chains: readonly (readonly SliceName[])[], from: Position): Unreachable {
  const oldest = chains
    .flatMap((chain) => chain.slice(0, 1))
    .reduce((a, b) => (comparePositions(a.after, b.after) <= 0 ? a : b));
  return refuse(
    "too-old",
    `the slices of the oplog begin at ${told(oldest.after)}, after the point's own ${told(from)}: choose a point that was taken after that`,
    null,
  );
}

function endsTooEarly(
  best: readonly SliceName[],
  chains: readonly (readonly SliceName[])[],
  before: Position,
): Unreachable {
  const ends = reach(best);
  const after = chains
    .flatMap((chain) => chain.slice(0, 1))
    .filter((one) => comparePositions(one.after, best.at(-1)?.last ?? ends) > 0)
    .sort((a, b) => comparePositions(a.after, b.after))[0];
  if (after !== undefined)
    return refuse(
      "hole",
      `the oplog has a hole between ${told(best.at(-1)?.last ?? ends)} and ${told(after.after)}, and ${told(before)} is beyond it: go to ${told(ends)} or before, or choose a point that was taken after the hole`,
      ends,
    );
  return refuse(
    "not-shipped",
    `the oplog is off-site up to ${told(ends)}, and ${told(before)} is after that: go to that time or before`,
    ends,
  );
}

function refuse(code: Unreachable["code"], words: string, reaches: Position | null): Unreachable {
  return { code, sentence: `oplog: ${words}.`, reaches };
}

function told(position: Position): string {
  return `${timeOf(position)} (${positionText(position)})`;
}
