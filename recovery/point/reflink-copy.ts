import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { runProgram } from "../agent/run-program.ts";
import { applyChanges, type Applied } from "./apply-changes.ts";
import { changesBetween } from "./changes.ts";
import { readIndex, writeIndex } from "./copy-index.ts";
import { firstDifference } from "./first-difference.ts";
import { scanTree, type Scan } from "./scan.ts";
import { emptyTree, type Tree } from "./tree.ts";

/** What is copied where. */
export interface CopyPlaces {
  /** Folder that holds the directories. */
  readonly from: string;
  readonly to: string;
  /** Names below `from`. */
  readonly directories: readonly string[];
  /** File that remembers what the copy is a copy of. */
  readonly index: string;
}

/** One pass: what it did and how long its two halves took, in ms. */
export interface Pass extends Applied {
  readonly scanMs: number;
  readonly applyMs: number;
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
    const pass = await this.#pass(true, signal);
    return pass;
  }

  /** Makes the copy equal to the tree, which must stand still. Can be repeated. */
  async secondPass(signal?: AbortSignal): Promise<Pass> {
    return this.#pass(false, signal);
  }

  /**
   * Compares the finished copy with what was seen of the tree, entry by entry, and keeps the index for the next point.
   * @throws Error naming the first difference.
   * @returns What each directory holds: regular files and their bytes.
   */
  async finish(): Promise<Readonly<Record<string, { files: number; bytes: number }>>> {
    const seen = this.#last;
    if (seen === null) throw new Error("finish() before secondPass()");
    const { tree } = await scanTree(this.#places.to, this.#places.directories, false);
    const difference = firstDifference(seen.tree, tree);
    if (difference !== null) throw new Error(`The copy differs from the live tree: ${difference}.`);
    await writeIndex(this.#places.index, seen);
    return Object.fromEntries(this.#places.directories.map((name) => [name, measure(tree, name)]));
  }

  async #pass(tolerant: boolean, signal?: AbortSignal): Promise<Pass> {
    const { from, to, directories } = this.#places;
    const started = performance.now();
    const scan = await scanTree(from, directories, tolerant, signal);
    const scanned = performance.now();
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
    this.#last = tolerant ? null : scan;
    return { ...applied, scanMs: scanned - started, applyMs: performance.now() - scanned };
  }

  /** What the copy on disk is a copy of; when that is not certain, the copy is removed and all is new. */
  async #resume(): Promise<Tree> {
    const { to, index, directories } = this.#places;
    const known = await readIndex(index);
    await rm(index, { force: true });
    if (known !== null && (await this.#copyIs(known))) return known;
    // Ten times as fast as Node's own, for a tree of many files.
    await runProgram(["rm", "-rf", "--", to]);
    await mkdir(to, { recursive: true, mode: 0o700 });
    // Parents of nested directories, which `find` does not list.
    for (const name of directories) await mkdir(dirname(`${to}/${name}`), { recursive: true });
    return emptyTree;
  }

  async #copyIs(known: Tree): Promise<boolean> {
    try {
      const { tree } = await scanTree(this.#places.to, this.#places.directories, true);
      return firstDifference(known, tree) === null;
    } catch {
      // No copy, or an unreadable one: made anew.
      return false;
    }
  }
}

function measure(tree: Tree, directory: string): { files: number; bytes: number } {
  let files = 0;
  let bytes = 0;
  for (const entry of tree.entries.values()) {
    if (entry.kind !== "f" || !(entry.path === directory || entry.path.startsWith(`${directory}/`))) continue;
    files += 1;
    bytes += entry.size;
  }
  return { files, bytes };
}
