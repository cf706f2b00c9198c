import { lchownSync, linkSync, lutimesSync, mkdirSync, symlinkSync } from "node:fs";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { Breath } from "./breathe.ts";
import { isText, textOfName } from "./byte-name.ts";
import type { Change } from "./changes.ts";
import { cloneBig, cloneSmall, openClone, smallFileBytes, type CloneOptions } from "./clone-file.ts";
import { Folders } from "./folders.ts";
import { removeEntry } from "./remove-entry.ts";
import { ownString, parentOf, secondsOf, type TreeEntry } from "./tree.ts";

/** Between which folders, and how; files that are skipped are named in the result. */
export interface ApplyOptions extends CloneOptions {
  /** Directories below `from` that may lie on another file system than it. */
  readonly directories: readonly string[];
  readonly signal?: AbortSignal;
}

/** What was done. */
export interface Applied {
  /** Regular files whose blocks are now shared with the original. */
  readonly files: number;
  readonly bytes: number;
  readonly removed: number;
  /** Paths (byte strings) that were gone, or something else, by the time they were to be copied. */
  readonly skipped: readonly string[];
}

/** Large files whose blocks are shared at a time, by threads of the kernel's. */
const workers = 8;

/** So many files with several names are remembered at most; past that, names become files of their own, which share their blocks. */
const linkedLimit = 100_000;
/** Nor those in so many folders: both names' folders have to be open at a time. */
const linkedDepth = 100;

/**
 * A restore places a point below a longer path than its own, and the kernel takes 4,095 bytes. What is longer could be copied but never
 * brought back.
 */
export const longestPath = 3_900;

/**
 * Makes a copy equal to what was seen of the original, sharing blocks (FICLONE): no data is read or written. Regular files, folders and
 * symbolic links only. Owner, mode and modification time of files are kept (those of folders are set when all is in them), holes stay
 * holes, hard links stay links; extended attributes are not kept.
 */
export async function applyChanges(changes: Iterable<Change>, options: ApplyOptions): Promise<Applied> {
  const original = new Folders(options.from, options.directories);
  try {
    const copy = new Folders(options.to);
    try {
      return await new Applying(original, copy, options).all(changes);
    } finally {
      copy.close();
    }
  } finally {
    original.close();
  }
}

class Applying {
  readonly #original: Folders;
  readonly #copy: Folders;
  readonly #options: ApplyOptions;
  readonly #breath: Breath;
  readonly #skipped = new Set<string>();
  /** Inode → the first of its names, where it was copied to. */
  readonly #firsts = new Map<string, string>();
  readonly #links: { readonly first: string; readonly path: string }[] = [];
  readonly #busy = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;
  #files = 0;
  #bytes = 0;
  #removed = 0;
  constructor(original: Folders, copy: Folders, options: ApplyOptions) {
    this.#original = original;
    this.#copy = copy;
    this.#options = options;
    this.#breath = new Breath(options.signal);
  }

  async all(changes: Iterable<Change>): Promise<Applied> {
    try {
      for (const change of changes) {
        await this.#apply(change);
        if (this.#breath.isDue) await this.#breath.take();
        if (this.#failure !== null) break;
      }
    } finally {
      // Whatever happens, nothing goes on behind our back.
      await Promise.all(this.#busy);
    }
    if (this.#failure !== null) throw this.#failure.error;
    for (const { first, path } of this.#links) await this.#link(first, path);
    return { files: this.#files, bytes: this.#bytes, removed: this.#removed, skipped: [...this.#skipped] };
  }

  async #apply(change: Change): Promise<void> {
    if (change.action === "none") return;
    if (change.action === "remove") return this.#remove(change.path);
    const { entry, replaces } = change;
    refuseUnrestorable(entry);
    if (replaces) await this.#remove(entry.path);
    if (entry.kind === "d") return this.#makeFolder(entry);
    if (entry.kind === "l") return this.#makeLink(entry);
    const isLinked = entry.links > 1 && entry.path.split("/").length < linkedDepth;
    const first = isLinked ? this.#firsts.get(entry.inode) : undefined;
    if (first !== undefined) return void this.#links.push({ first, path: ownString(entry.path) });
    if (isLinked && this.#firsts.size < linkedLimit)
      this.#firsts.set(ownString(entry.inode), ownString(entry.path));
    return this.#clone(entry);
  }

  async #remove(path: string): Promise<void> {
    if (await removeEntry(this.#copy, path, this.#breath)) this.#removed += 1;
  }

  async #makeFolder(entry: TreeEntry): Promise<void> {
    const made = await this.#put(entry.path, (at) => {
      mkdirSync(at, { mode: 0o700 });
      return at;
    });
    if (made === null) this.#skip(entry.path);
    else this.#copy.forget(entry.path);
  }

  async #makeLink(entry: TreeEntry): Promise<void> {
    const made = await this.#put(entry.path, (at) => {
      symlinkSync(Buffer.from(entry.target, "latin1"), at);
      lchownSync(at, entry.uid, entry.gid);
      lutimesSync(at, secondsOf(entry.mtime), secondsOf(entry.mtime));
      return at;
    });
    if (made === null) this.#skip(entry.path);
  }

  async #clone(entry: TreeEntry): Promise<void> {
    const options = this.#options;
    const opened = await this.#put(entry.path, (target) => {
      const device = this.#original.deviceOf(parentOf(entry.path));
      const source = this.#original.at(entry.path);
      return source === null || device === null ? null : openClone(source, target, device);
    });
    if (opened === null) {
      this.#skip(entry.path);
      return;
    }
    this.#files += 1;
    this.#bytes += entry.size;
    if (entry.size <= smallFileBytes) {
      cloneSmall(opened, entry, options);
      return;
    }
    while (this.#busy.size >= workers) await Promise.race(this.#busy);
    const work = cloneBig(opened, entry, options).catch((error: unknown) => {
      this.#failure ??= { error };
    });
    const done = work.finally(() => this.#busy.delete(done));
    this.#busy.add(done);
  }

  async #link(first: string, path: string): Promise<void> {
    const linked = await this.#put(path, (at) => {
      const existing = this.#skipped.has(first) ? null : this.#copy.at(first);
      if (existing === null) return null;
      linkSync(existing, at);
      return at;
    });
    if (linked === null) this.#skip(path);
    else this.#files += 1;
  }

  /**
   * Makes something where nothing is. A run that skipped an entry may have left an older one there: that is removed.
   * @returns Null when `make` gives it, or when what the entry lies in is no folder, because the tree moved while it was listed.
   */
  async #put<Made>(path: string, make: (at: Buffer) => Made | null): Promise<Made | null> {
    for (let attempt = 1; ; attempt += 1) {
      const at = this.#copy.at(path);
      if (at === null) return null;
      try {
        return make(at);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== "EEXIST" || attempt > 1) throw error;
        await removeEntry(this.#copy, path, this.#breath);
      }
    }
  }

  #skip(path: string): void {
    if (!this.#options.tolerant) {
      throw new RecoveryError(
        exitCodes.failed,
        `${this.#options.from}/${textOfName(path)} is gone or something else since it was listed, though its store stands still: is something else writing there?`,
      );
    }
    this.#skipped.add(ownString(path));
  }
}

/** What a point cannot give back must not become one: restic keeps names as bytes, but targets of links as text only (until 0.16). */
function refuseUnrestorable({ path, target }: TreeEntry): void {
  if (path.length > longestPath) {
    throw new RecoveryError(
      exitCodes.failed,
      `No point: ${textOfName(path.slice(0, 60))}… is a path of ${path.length} bytes, which could not be restored (${longestPath} at most). Remove or shorten it.`,
    );
  }
  if (target !== "" && !isText(target)) {
    throw new RecoveryError(
      exitCodes.failed,
      `No point: ${textOfName(path)} is a symbolic link to ${textOfName(target)}, which is no UTF-8 text and so could not be restored. Remove the link, or rename what it points at.`,
    );
  }
}
