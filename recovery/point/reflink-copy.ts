import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { runProgram } from "../host/run-program.ts";
import { applyChanges, type Applied } from "./apply-changes.ts";
import { Breath } from "./breathe.ts";
import { textOfName } from "./byte-name.ts";
import { type Change, changesBetween } from "./changes.ts";
import { keepIndex, takeIndex } from "./copy-index.ts";
import { finishFolder } from "./finish-folder.ts";
import { differenceOf } from "./first-difference.ts";
import { Folders } from "./folders.ts";
import { LeftOut, type LeftOutOfCopy } from "./left-out.ts";
import { type Listing, ListingWriter, pairs, readCopied, readListing } from "./listing.ts";
import { type HeldFiles, TreeMeasure } from "./measure-tree.ts";
import { movedSince } from "./moved-since.ts";
import { scanTree, type Scan } from "./scan.ts";
import { isCopied, parseRecord, pathOf } from "./tree.ts";

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

/** What a directory of the finished copy holds, and what it leaves out of the live one. */
export interface Copied extends HeldFiles {
  readonly leftOut: readonly LeftOutOfCopy[];
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
 * While the copy is being changed its index is absent: whoever finds it so starts from nothing. What was seen of a tree lies in files
 * beside the index, never in memory.
 */
export class ReflinkCopy {
  readonly #places: CopyPlaces;
  /** What the copy is a copy of; null when it is empty. */
  #known: Listing | null = null;
  /** What it is to be compared with at the end. */
  #last: Scan | null = null;
  constructor(places: CopyPlaces) {
    this.#places = places;
  }

  /** Brings the copy near to the tree, which may be moving: files that vanish meanwhile are left to the second pass. */
  async firstPass(signal?: AbortSignal): Promise<Pass> {
    this.#last = null;
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
      const at = new Date(look.scan.scannedAt);
      const copied: Listing = this.#known ?? look.scan;
      look = await this.#look(true, signal);
      const { changed } = movedSince(readCopied(copied), readListing(look.scan), copied.except);
      if (changed.length === 0) await this.#settleAs(copied, look.scan);
      if (changed.length === 0 || passes >= limit) return { pass, passes, at, restless: changed };
    }
  }

  /**
   * Compares the finished copy with what was seen of the tree, entry by entry, and keeps the index for the next point.
   * @throws Error naming the first difference.
   * @returns What each directory holds, and what it leaves out.
   */
  async finish(signal?: AbortSignal): Promise<Readonly<Record<string, Copied>>> {
    const { to, directories, index } = this.#places;
    const last = this.#last;
    if (last === null) throw new Error("finish() before secondPass() or a settled copy");
    const scan = await scanTree(to, directories, { into: this.#spare(), tolerant: false, signal });
    const held = await this.#compare(last, scan, signal);
    await keepIndex(index, last);
    this.#known = null;
    this.#last = null;
    for (const file of this.#files()) await rm(file, { force: true });
    return held;
  }

  async #compare(last: Scan, scan: Scan, signal?: AbortSignal): Promise<Readonly<Record<string, Copied>>> {
    const { to, directories } = this.#places;
    const measured = directories.map((name) => {
      return { name, measure: new TreeMeasure(name), leftOut: new LeftOut() };
    });
    const of = (path: string) => measured.find(({ measure }) => measure.holds(path));
    const breath = new Breath(signal);
    const copy = new Folders(to);
    try {
      for (const pair of pairs(readListing(last), readCopied(scan))) {
        if (breath.isDue) await breath.take();
        if (pair.before !== null && !isCopied(pair.before)) of(pathOf(pair.before))?.leftOut.add(pair.before);
        const expected = pair.before === null || !isCopied(pair.before) ? null : parseRecord(pair.before);
        let found = pair.now === null ? null : parseRecord(pair.now);
        if (expected?.kind === "d" && found?.kind === "d") found = finishFolder(copy, expected, found);
        const difference = differenceOf(expected, found);
        if (difference !== null) throw new Error(`The copy differs from the live tree: ${difference}.`);
        if (found !== null) of(found.path)?.measure.add(found);
      }
    } finally {
      copy.close();
    }
    for (const path of last.mounts) of(path)?.leftOut.addMount(path);
    return Object.fromEntries(
      measured.map(({ name, measure, leftOut }) => [
        name,
        { ...measure.result(), leftOut: leftOut.result() },
      ]),
    );
  }

  async #look(tolerant: boolean, signal?: AbortSignal): Promise<Look> {
    const { from, directories, unfinished = [] } = this.#places;
    const started = performance.now();
    const scan = await scanTree(from, directories, { into: this.#spare(), tolerant, unfinished, signal });
    return { scan, scanMs: performance.now() - started };
  }

  async #apply({ scan, scanMs }: Look, tolerant: boolean, signal?: AbortSignal): Promise<Pass> {
    const { from, to, directories } = this.#places;
    const started = performance.now();
    const known = this.#known;
    const before = known === null ? [] : readCopied(known);
    const changes = changesBetween(before, readCopied(scan), known?.scannedAt ?? 0);
    const options = { from, to, directories, tolerant, ...(signal === undefined ? {} : { signal }) };
    const applied = await applyChanges(changes, options);
    this.#known = { ...scan, except: new Set(applied.skipped) };
    this.#last = null;
    return {
      ...applied,
      skipped: applied.skipped.map(textOfName),
      scanMs,
      applyMs: performance.now() - started,
    };
  }

  /** Takes what has gone from the tree out of the copy: what is left is what was seen. */
  async #settleAs(copied: Listing, now: Scan): Promise<void> {
    const { from, to, directories } = this.#places;
    const writer = new ListingWriter(this.#spare(now.file), copied.scannedAt);
    const removals = function* (): Generator<Change> {
      for (const pair of pairs(readCopied(copied), readListing(now))) {
        if (pair.before !== null && pair.now !== null) writer.add(pair.before);
        // Named in the manifest as left out.
        else if (pair.now !== null && !isCopied(pair.now)) writer.add(pair.now);
        else if (pair.before !== null) yield { action: "remove", path: pathOf(pair.before) };
      }
    };
    await applyChanges(removals(), { from, to, directories, tolerant: true });
    this.#known = writer.close();
    this.#last = { ...this.#known, mounts: now.mounts };
  }

  /** What the copy on disk is a copy of; when that is not certain, the copy is removed and all is new. */
  async #resume(): Promise<Listing | null> {
    const { to, index, directories } = this.#places;
    for (const file of this.#files().flatMap((name) => [name, `${name}.sort`]))
      await rm(file, { force: true, recursive: true });
    const known = await takeIndex(index, this.#spare());
    if (known !== null && (await this.#copyIs(known))) return known;
    // Ten times as fast as Node's own, for a tree of many files.
    await runProgram(["rm", "-rf", "--one-file-system", "--", ...directories.map((name) => `${to}/${name}`)]);
    await mkdir(to, { recursive: true, mode: 0o700 });
    // Parents of nested directories, which `find` does not list.
    for (const name of directories) await mkdir(dirname(`${to}/${name}`), { recursive: true });
    return null;
  }

  async #copyIs(known: Listing): Promise<boolean> {
    const { to, directories } = this.#places;
    try {
      const scan = await scanTree(to, directories, { into: this.#spare(known.file), tolerant: true });
      for (const { before, now } of pairs(readCopied(known), readCopied(scan))) {
        if (before === null || now === null || differenceOf(parseRecord(before), parseRecord(now)) !== null)
          return false;
      }
      return true;
    } catch {
      // No copy, or an unreadable one: made anew.
      return false;
    }
  }

  #files(): readonly string[] {
    return [1, 2, 3].map((number) => `${this.#places.index}.${number}`);
  }

  /** A file for one more listing: there are never more than two in use. */
  #spare(used?: string): string {
    const inUse = [this.#known?.file, this.#last?.file, used];
    const file = this.#files().find((name) => !inUse.includes(name));
    if (file === undefined) throw new Error("every listing is in use");
    return file;
  }
}
