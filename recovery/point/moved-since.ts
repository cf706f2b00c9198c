import { isSame } from "./changes.ts";
import type { Tree } from "./tree.ts";

/** What became of a tree's entries between two looks; entries that are new are of no interest. */
export interface Moved {
  /** Files and links that are there still, but not as they were. */
  readonly changed: readonly string[];
  readonly gone: ReadonlySet<string>;
}

/**
 * Whether a copy of `before` may be taken for a copy of one state: what neither look found changed was not changed between them.
 * Directories do not count: each new file changes its own. Nor does a change time alone, as a new extended attribute gives it (MinIO
 * counts its writes in one, of one file): those are not copied, and no write leaves the modification time as it was.
 */
export function movedSince(before: Tree, now: Tree): Moved {
  const changed: string[] = [];
  const gone = new Set<string>();
  for (const [path, entry] of before.entries) {
    const found = now.entries.get(path);
    if (found === undefined) gone.add(path);
    else if (found.kind !== entry.kind) changed.push(path);
    else if (entry.kind !== "d" && !isSame(entry, { ...found, ctime: entry.ctime })) changed.push(path);
  }
  return { changed, gone };
}
