import type { Tree, TreeEntry } from "./tree.ts";

/** What has to be done to a copy of `before` to make it a copy of `now`. */
export interface Changes {
  /** Removed first, children before their parents. */
  readonly remove: readonly string[];
  /** Made next, parents before their children. */
  readonly folders: readonly TreeEntry[];
  /** Regular files; those with the same inode are links to one file. */
  readonly files: readonly TreeEntry[];
  readonly symlinks: readonly TreeEntry[];
  /** Directories whose times and owner are set at the very end, children first. */
  readonly finish: readonly TreeEntry[];
}

/**
 * The kernel stamps times from a clock that ticks every 1–10 ms, so a file written twice within a tick shows no difference.
 * Whatever changed this shortly before it was looked at counts as changed the next time.
 */
export const clockMarginMs = 250;

/**
 * Compares two looks at a tree. An entry is the same only if its inode, ctime, mtime, size and kind are: a directory that was
 * replaced, or moved in with its children's old times, differs by its inodes, and nothing can change a file and keep its ctime.
 */
export function changesBetween(before: Tree, now: Tree): Changes {
  const racyFrom = (before.scannedAt - clockMarginMs) / 1000;
  const remove: string[] = [];
  const changed: TreeEntry[] = [];
  const touched = new Set<string>();
  for (const entry of now.entries.values()) {
    const old = before.entries.get(entry.path);
    if (old !== undefined && isSame(old, entry) && (entry.kind === "d" || Number(entry.ctime) < racyFrom))
      continue;
    changed.push(entry);
    touched.add(parentOf(entry.path));
    // A directory that is still one is kept: its children are compared one by one.
    if (old !== undefined && (old.kind !== "d" || entry.kind !== "d")) remove.push(entry.path);
  }
  for (const path of before.entries.keys()) {
    if (now.entries.has(path)) continue;
    remove.push(path);
    touched.add(parentOf(path));
  }
  const folders = changed.filter((entry) => entry.kind === "d");
  const finish = new Map(folders.map((entry) => [entry.path, entry]));
  for (const path of touched) {
    const entry = now.entries.get(path);
    if (entry !== undefined && entry.kind === "d") finish.set(path, entry);
  }
  return {
    remove: remove.sort(deepestFirst),
    folders: folders.sort((a, b) => -deepestFirst(a.path, b.path)),
    files: changed.filter((entry) => entry.kind === "f"),
    symlinks: changed.filter((entry) => entry.kind === "l"),
    finish: [...finish.values()].sort((a, b) => deepestFirst(a.path, b.path)),
  };
}

/** Whether nothing has happened to an entry between two looks, as far as its inode, times and metadata tell. */
export function isSame(a: TreeEntry, b: TreeEntry): boolean {
  return (
    a.kind === b.kind &&
    a.inode === b.inode &&
    a.ctime === b.ctime &&
    a.mtime === b.mtime &&
    a.size === b.size &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.links === b.links
  );
}

function parentOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

function depth(path: string): number {
  return path === "" ? 0 : path.split("/").length;
}

/** A path sorts before its parent. */
function deepestFirst(a: string, b: string): number {
  return depth(b) - depth(a) || (a < b ? -1 : a > b ? 1 : 0);
}
