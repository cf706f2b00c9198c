import { pairs } from "./listing.ts";
import { changeTimeOf, kindOf, parseRecord, pathOf, type TreeEntry } from "./tree.ts";

/** What has to be done to one entry of a copy of `before` to make it a copy of `now`. Folders come before what is in them. */
export type Change =
  /** So many entries were the same: a moment to look up from the work. */
  | { readonly action: "none" }
  /** With all that is below it. */
  | { readonly action: "remove"; readonly path: string }
  /** `replaces` when there is something else, or an older one, in its place. */
  | { readonly action: "make"; readonly entry: TreeEntry; readonly replaces: boolean };

/**
 * The kernel stamps times from a clock that ticks every 1–10 ms, so a file written twice within a tick shows no difference.
 * Whatever changed this shortly before it was looked at counts as changed the next time.
 */
export const clockMarginMs = 250;

/** About a millisecond's. */
const sameAtOnce = 2_000;

/**
 * Compares two sorted looks at a tree. An entry is the same only if its inode, ctime, mtime, size and kind are: a directory that was
 * replaced, or moved in with its children's old times, differs by its inodes, and nothing can change a file and keep its ctime.
 * A folder that is still one is kept: what is in it is compared by itself, and its owner, mode and time are set at the end.
 * @param scannedAt When `before` was looked at, in ms since 1970.
 */
export function* changesBetween(
  before: Iterable<string>,
  now: Iterable<string>,
  scannedAt: number,
): Generator<Change> {
  const racyFrom = (scannedAt - clockMarginMs) / 1000;
  let same = 0;
  for (const pair of pairs(before, now)) {
    if (pair.now === null) {
      if (pair.before !== null) yield { action: "remove", path: pathOf(pair.before) };
      continue;
    }
    const isKept = pair.before !== null && kindOf(pair.before) === "d" && kindOf(pair.now) === "d";
    if (isKept || (pair.before === pair.now && changeTimeOf(pair.now) < racyFrom)) {
      same += 1;
      if (same % sameAtOnce === 0) yield { action: "none" };
      continue;
    }
    yield { action: "make", entry: parseRecord(pair.now), replaces: pair.before !== null };
  }
}
