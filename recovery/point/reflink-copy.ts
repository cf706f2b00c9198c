import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { runProgram } from "../host/run-program.ts";
import { applyChanges, type Applied } from "./apply-changes.ts";
import { changesBetween } from "./changes.ts";
import { readIndex, writeIndex } from "./copy-index.ts";
import { firstDifference } from "./first-difference.ts";
import { measureTree, type HeldFiles } from "./measure-tree.ts";
import { movedSince } from "./moved-since.ts";
import { scanTree, type Scan } from "./scan.ts";
import { emptyTree, renderTree, type Tree } from "./tree.ts";

/** What is copied where. */
export interface CopyPlaces {
  /** Folder that holds the directories. */
  readonly from: string;
  readonly to: string;
  /** Names below `from`. */
  readonly directories: readonly string[];
  /** Directories below `from` whose content is left out.
   * @default [] */
  readonly unfinished?: readonly string[];
  /** File that remembers what the copy is a copy of. */
  readonly index: string;
}

/** One pass: what it did and how long its two halves took, in ms. */
export interface Pass extends Applied {
  readonly scanMs: number;
  readonly applyMs: number;
}

/** One look at the live tree, and how long it took. */
interface Look {
  readonly scan: Scan;
  readonly scanMs: number;
}

/** How a copy of a running tree went. */
export interface Settled {
  /** The last pass. */
  readonly pass: Pass;
  readonly passes: number;
  /** Just before the last pass looked: all that was there by then is in the copy. */
  readonly at: Date;
  /** What changed under the last pass too, so that the copy is of no one state; empty when it is. */
  readonly restless: readonly string[];
}

/**
 * A copy that is kept equal to a live tree in two passes: one while the tree moves, a short one while it stands still.
 * Each pass looks at the whole tree and compares with what the copy was made from, so that nothing depends on times being right.
 * While the copy is being changed its index is absent: whoever finds it so starts from nothing.
 */
export class ReflinkCopy {
  readonly #places: CopyPlaces;
  #known: Tree = emptyTree;
  #last: Scan | null = null;
  constructor(places: CopyPlaces) {
    this.#places = places;
  }

  /** Brings the copy near to the tree, which may be moving: files that vanish meanwhile are left to the second pass. */
  async firstPass(signal?: AbortSignal): Promise<Pass> {
    this.#known = await this.#resume();
    return this.#apply(await this.#look(true, signal), true, signal);
  }

  /** Makes the copy equal to the tree, which must stand still. Can be repeated. */
  async secondPass(signal?: AbortSignal): Promise<Pass> {
    const look = await this.#look(false, signal);
    const pass = await this.#apply(look, false, signal);
    this.#last = look.scan;
    return pass;
  }

  /**
   * In place of the second pass, for files that are written once, in a tree that goes on moving: passes until one finds, looking
   * again after it has copied, that nothing of what it copied has changed meanwhile. What is new by then is not in the copy; what is
   * gone is taken out of it. When it does not settle, `secondPass` may follow.
   * @param limit passes at most
   */
  async settle(limit: number, signal?: AbortSignal): Promise<Settled> {
    let look = await this.#look(true, signal);
    for (let passes = 1; ; passes += 1) {
      const pass = await this.#apply(look, true, signal);
      const at = new Date(look.scan.tree.scannedAt);
      look = await this.#look(true, signal);
      const { entries } = look.scan.tree;
      const { changed, gone } = movedSince(this.#known, look.scan.tree);
      const restless = [...changed, ...pass.skipped.filter((path) => entries.has(path))];
      if (restless.length === 0) await this.#forget(gone);
      if (restless.length === 0 || passes >= limit) return { pass, passes, at, restless };
    }
  }

  /**
   * Compares the finished copy with what was seen of the tree, entry by entry, and keeps the index for the next point.
   * @throws Error naming the first difference.
   * @returns What each directory holds: regular files and their bytes.
   */
  async finish(): Promise<Readonly<Record<string, HeldFiles>>> {
    const seen = this.#last;
    if (seen === null) throw new Error("finish() before secondPass() or a settled copy");
    const { tree } = await scanTree(this.#places.to, this.#places.directories, { tolerant: false });
    const difference = firstDifference(seen.tree, tree);
    if (difference !== null) throw new Error(`The copy differs from the live tree: ${difference}.`);
    await writeIndex(this.#places.index, seen);
    return Object.fromEntries(this.#places.directories.map((name) => [name, measureTree(tree, name)]));
  }

  async #look(tolerant: boolean, signal?: AbortSignal): Promise<Look> {
    const { from, directories, unfinished = [] } = this.#places;
    const started = performance.now();
    const scan = await scanTree(from, directories, { tolerant, unfinished, signal });
    return { scan, scanMs: performance.now() - started };
  }

  async #apply({ scan, scanMs }: Look, tolerant: boolean, signal?: AbortSignal): Promise<Pass> {
    const { from, to } = this.#places;
    const started = performance.now();
    const changes = changesBetween(this.#known, scan.tree);
    const applied = await applyChanges(changes, {
      from,
      to,
      tolerant,
      ...(signal === undefined ? {} : { signal }),
    });
    const entries = new Map(scan.tree.entries);
    for (const path of applied.skipped) entries.delete(path);
    this.#known = { scannedAt: scan.tree.scannedAt, entries };
    this.#last = null;
    return { ...applied, scanMs, applyMs: performance.now() - started };
  }

  /** Takes out of the copy what has gone from the tree: what is left is what was seen. */
  async #forget(gone: ReadonlySet<string>): Promise<void> {
    const { from, to } = this.#places;
    const { scannedAt } = this.#known;
    const entries = new Map([...this.#known.entries].filter(([path]) => !gone.has(path)));
    const tree = { scannedAt, entries };
    // Nothing is to be copied again, however lately it was changed.
    const { remove } = changesBetween({ ...this.#known, scannedAt: Infinity }, tree);
    const removal = { remove, folders: [], files: [], symlinks: [], finish: [] };
    await applyChanges(removal, { from, to, tolerant: true });
    this.#known = tree;
    this.#last = { tree, text: renderTree(tree) };
  }

  /** What the copy on disk is a copy of; when that is not certain, the copy is removed and all is new. */
  async #resume(): Promise<Tree> {
    const { to, index, directories } = this.#places;
    const known = await readIndex(index);
    await rm(index, { force: true });
    if (known !== null && (await this.#copyIs(known))) return known;
    // Ten times as fast as Node's own, for a tree of many files.
    await runProgram(["rm", "-rf", "--", ...directories.map((name) => `${to}/${name}`)]);
    await mkdir(to, { recursive: true, mode: 0o700 });
    // Parents of nested directories, which `find` does not list.
    for (const name of directories) await mkdir(dirname(`${to}/${name}`), { recursive: true });
    return emptyTree;
  }

  async #copyIs(known: Tree): Promise<boolean> {
    try {
      const { tree } = await scanTree(this.#places.to, this.#places.directories, { tolerant: true });
      return firstDifference(known, tree) === null;
    } catch {
      // No copy, or an unreadable one: made anew.
      return false;
    }
  }
}
