import { chmod, chown, lchown, link, lutimes, mkdir, rmdir, symlink, unlink } from "node:fs/promises";
import type { Changes } from "./changes.ts";
import { cloneFile, type CloneOptions } from "./clone-file.ts";
import { inParallel } from "./in-parallel.ts";
import type { TreeEntry } from "./tree.ts";

/** Between which folders, and how; files that are skipped are named in the result. */
export interface ApplyOptions extends CloneOptions {
  readonly signal?: AbortSignal;
}

/** What was done. */
export interface Applied {
  /** Regular files whose blocks are now shared with the original. */
  readonly files: number;
  readonly bytes: number;
  readonly removed: number;
  /** Paths that were gone, or something else, by the time they were to be copied. */
  readonly skipped: readonly string[];
}

const workers = 8;

/**
 * Makes a copy equal to what was seen of the original, sharing blocks (FICLONE): no data is read or written.
 * Owner, mode and modification time (to the microsecond) are kept, hard links stay links; extended attributes are not kept.
 */
export async function applyChanges(changes: Changes, options: ApplyOptions): Promise<Applied> {
  const { signal } = options;
  const source = byteRoot(options.from);
  const target = byteRoot(options.to);
  for (const path of changes.remove) {
    signal?.throwIfAborted();
    await removeEntry(target(path));
  }
  for (const entry of changes.folders) {
    signal?.throwIfAborted();
    await makeFolder(target(entry.path), entry);
  }
  const skipped: string[] = [];
  const groups = [...linkGroups(changes.files).values()];
  let bytes = 0;
  await inParallel(groups, workers, async ([first, ...links]) => {
    signal?.throwIfAborted();
    if (!(await cloneFile(source(first.path), target(first.path), first, options))) {
      // Its other names are left to the next pass too.
      skipped.push(first.path, ...links.map((entry) => entry.path));
      return;
    }
    bytes += first.size;
    for (const entry of links) await link(target(first.path), target(entry.path));
  });
  for (const entry of changes.symlinks) {
    const path = target(entry.path);
    await symlink(Buffer.from(entry.target, "latin1"), path);
    await lchown(path, entry.uid, entry.gid);
    await lutimes(path, Number(entry.mtime), Number(entry.mtime));
  }
  for (const entry of changes.finish) await setMetadata(target(entry.path), entry);
  return { files: changes.files.length - skipped.length, bytes, removed: changes.remove.length, skipped };
}

/** Paths are byte strings, so that a name in any encoding survives. */
function byteRoot(root: string): (path: string) => Buffer {
  const prefix = Buffer.from(`${root}/`).toString("latin1");
  return (path) => Buffer.from(prefix + path, "latin1");
}

function linkGroups(files: readonly TreeEntry[]): Map<string, [TreeEntry, ...TreeEntry[]]> {
  const groups = new Map<string, [TreeEntry, ...TreeEntry[]]>();
  for (const entry of files) {
    const key = entry.links > 1 ? entry.inode : `path:${entry.path}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return groups;
}

async function setMetadata(path: Buffer, entry: TreeEntry): Promise<void> {
  await chown(path, entry.uid, entry.gid);
  await chmod(path, entry.mode);
  await lutimes(path, Number(entry.mtime), Number(entry.mtime));
}

async function makeFolder(path: Buffer, entry: TreeEntry): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  await chown(path, entry.uid, entry.gid);
}

async function removeEntry(path: Buffer): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A directory: its children came before it.
    if (code === "EISDIR" || code === "EPERM") await rmdir(path);
    else if (code !== "ENOENT") throw error;
  }
}
