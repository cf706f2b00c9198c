import type { Tree } from "./tree.ts";

/** What a directory holds: regular files and their bytes. */
export interface HeldFiles {
  readonly files: number;
  readonly bytes: number;
}

/** Counts one directory of a tree. Pure. */
export function measureTree(tree: Tree, directory: string): HeldFiles {
  let files = 0;
  let bytes = 0;
  for (const entry of tree.entries.values()) {
    if (entry.kind !== "f" || !(entry.path === directory || entry.path.startsWith(`${directory}/`))) continue;
    files += 1;
    bytes += entry.size;
  }
  return { files, bytes };
}
