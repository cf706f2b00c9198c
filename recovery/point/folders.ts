import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { ownString, parentOf } from "./tree.ts";

/** `O_PATH`, which Node does not name: what is opened so is neither read nor driven, so that no pipe waits and no device starts. */
export const openPath = 0o10000000;

const folderFlags = openPath | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** What opening gives when something is not there, or not what it was: removed, or replaced by a link or a file. */
const moved: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

/** True for an error that says that a tree has moved under us. */
export function isMoved(error: unknown): boolean {
  return moved.has((error as NodeJS.ErrnoException).code ?? "");
}

interface OpenFolder {
  readonly descriptor: number;
  readonly device: number;
}

/**
 * The folders of a tree that somebody else may be changing. Each is opened relative to its parent, without following a link, and everything
 * is done relative to the descriptor: whatever a folder is replaced by meanwhile, nothing outside of the tree is reached. A folder on
 * another file system than its parent counts as absent. Node has no `openat`; `/proc/self/fd/N/name` is the same.
 *
 * Paths are valid until the next call: folders that were not used lately are closed.
 */
export class Folders {
  readonly #root: OpenFolder;
  /** The most recently used ones last. */
  readonly #open = new Map<string, OpenFolder>();
  readonly #tops: ReadonlySet<string>;
  readonly #limit: number;
  /** Siblings are asked for one after the other. */
  #absent: string | null = null;
  /**
   * @param root Opened as it is named.
   * @param tops Directories below the root that may lie on another file system.
   * @param limit How many are kept open.
   */
  constructor(root: string, tops: readonly string[] = [], limit = 256) {
    const descriptor = openSync(root, openPath | constants.O_DIRECTORY);
    this.#root = { descriptor, device: fstatSync(descriptor).dev };
    this.#tops = new Set(tops);
    this.#limit = limit;
  }

  /** A path of an entry for the kernel, relative to its folder's descriptor; null when there is no such folder. */
  at(path: string): Buffer | null {
    const folder = this.#folder(parentOf(path));
    if (folder === null) return null;
    return Buffer.from(
      `/proc/self/fd/${folder.descriptor}/${path.slice(path.lastIndexOf("/") + 1)}`,
      "latin1",
    );
  }

  /** The device that an entry of this folder must be on, or null. */
  deviceOf(path: string): number | null {
    return this.#folder(path)?.device ?? null;
  }

  /** To be called when a folder was removed or made: what was learnt of it no longer holds. */
  forget(path: string): void {
    this.#absent = null;
    for (const [name, { descriptor }] of this.#open) {
      if (name !== path && !name.startsWith(`${path}/`)) continue;
      this.#open.delete(name);
      closeSync(descriptor);
    }
  }

  close(): void {
    for (const { descriptor } of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
    closeSync(this.#root.descriptor);
  }

  #folder(path: string): OpenFolder | null {
    if (path === "") return this.#root;
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    if (path === this.#absent) return null;
    const parent = this.#folder(parentOf(path));
    const opened = parent === null ? null : this.#openBelow(parent, path);
    if (opened === null) {
      this.#absent = ownString(path);
      return null;
    }
    this.#open.set(ownString(path), opened);
    this.#closeOldest();
    return opened;
  }

  #openBelow(parent: OpenFolder, path: string): OpenFolder | null {
    const name = path.slice(path.lastIndexOf("/") + 1);
    let descriptor: number;
    try {
      descriptor = openSync(Buffer.from(`/proc/self/fd/${parent.descriptor}/${name}`, "latin1"), folderFlags);
    } catch (error) {
      if (isMoved(error)) return null;
      throw error;
    }
    const device = fstatSync(descriptor).dev;
    if (device === parent.device || this.#tops.has(path)) return { descriptor, device };
    closeSync(descriptor);
    return null;
  }

  #closeOldest(): void {
    if (this.#open.size <= this.#limit) return;
    for (const [path, { descriptor }] of this.#open) {
      this.#open.delete(path);
      closeSync(descriptor);
      return;
    }
  }
}
