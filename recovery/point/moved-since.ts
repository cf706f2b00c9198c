import { textOfName } from "./byte-name.ts";
import { pairs } from "./listing.ts";
import { kindOf, parseRecord, pathOf } from "./tree.ts";

/** What became of a tree's entries between two looks; entries that are new are of no interest. */
export interface Moved {
  /** Files and links that are there still, but not as they were; in words. */
  readonly changed: readonly string[];
  /** How many are not there any more. */
  readonly gone: number;
}

/**
 * Whether a copy of `before` may be taken for a copy of one state: what neither look found changed was not changed between them.
 * Directories do not count: each new file changes its own. Nor does a change time alone, as a new extended attribute gives it (MinIO
 * counts its writes in one, of one file): those are not copied, and no write leaves the modification time as it was.
 * @param uncertain Paths that `before` does not list because they could not be copied: changed, when they are there now.
 */
export function movedSince(
  before: Iterable<string>,
  now: Iterable<string>,
  uncertain: ReadonlySet<string> = new Set(),
): Moved {
  const changed: string[] = [];
  let gone = 0;
  for (const pair of pairs(before, now)) {
    if (pair.now === null) gone += 1;
    else if (pair.before === null ? uncertain.has(pathOf(pair.now)) : isChanged(pair.before, pair.now))
      changed.push(textOfName(pathOf(pair.now)));
  }
  return { changed, gone };
}

function isChanged(before: string, now: string): boolean {
  if (before === now) return false;
  if (kindOf(before) !== kindOf(now)) return true;
  if (kindOf(now) === "d") return false;
  const [a, b] = [parseRecord(before), parseRecord(now)];
  const fields = ["inode", "mtime", "size", "mode", "uid", "gid", "links", "target"] as const;
  return fields.some((field) => a[field] !== b[field]);
}
