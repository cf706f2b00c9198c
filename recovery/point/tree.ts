/** What kind of thing an entry is, as `find` names it: file, directory, symbolic link. Sockets and pipes hold no data and are left out. */
export type EntryKind = "f" | "d" | "l";

/**
 * One entry of a directory tree, with all that tells whether it changed. Times are text with nanoseconds, as the kernel gives them:
 * a double would round them. Paths are byte strings (latin1), relative to the folder that was scanned, so that any file name survives.
 */
export interface TreeEntry {
  readonly path: string;
  readonly kind: EntryKind;
  readonly inode: string;
  readonly ctime: string;
  readonly mtime: string;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  /** Where a symbolic link points; empty otherwise. */
  readonly target: string;
}

/** A tree as it was seen. */
export interface Tree {
  /** Just before the first entry was looked at, in ms since 1970. */
  readonly scannedAt: number;
  readonly entries: ReadonlyMap<string, TreeEntry>;
}

/** An empty tree: everything is new compared with it. */
export const emptyTree: Tree = { scannedAt: 0, entries: new Map() };

/** `find -printf` format that `parseTree` reads: NUL-terminated, fields separated by tabs, the name and the link's target last. */
export const treeFormat = "%y\\t%i\\t%C@\\t%T@\\t%s\\t%m\\t%U\\t%G\\t%n\\t%p\\0%l\\0";

const kinds: ReadonlySet<string> = new Set(["f", "d", "l"]);

/** Reads what `find` printed with `treeFormat`, as a byte string. */
export function parseTree(output: string, scannedAt: number): Tree {
  const entries = new Map<string, TreeEntry>();
  const parts = output.split("\0");
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const fields = parts[index] ?? "";
    const [kind = "", inode = "", ctime = "", mtime = "", size, mode, uid, gid, links, ...name] =
      fields.split("\t");
    if (!isKind(kind)) continue;
    const path = name.join("\t");
    const target = parts[index + 1] ?? "";
    // No link points nowhere: it was gone, or another thing, when `find` came back to read it.
    if (kind === "l" && target === "") continue;
    entries.set(path, {
      path,
      kind,
      inode,
      ctime,
      mtime,
      size: Number(size),
      mode: Number.parseInt(mode ?? "", 8),
      uid: Number(uid),
      gid: Number(gid),
      links: Number(links),
      target,
    });
  }
  return { scannedAt, entries };
}

/** A tree as `parseTree` reads it. */
export function renderTree(tree: Tree): string {
  return [...tree.entries.values()]
    .map((entry) => {
      const { kind, inode, ctime, mtime, size, mode, uid, gid, links, path, target } = entry;
      const fields = [kind, inode, ctime, mtime, size, mode.toString(8), uid, gid, links, path];
      return `${fields.join("\t")}\0${target}\0`;
    })
    .join("");
}

function isKind(kind: string): kind is EntryKind {
  return kinds.has(kind);
}
