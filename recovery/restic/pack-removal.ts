import { failureKind } from "./failure.ts";

/** Packs that nothing uses any more and that could not be removed. */
export interface HeldPacks {
  readonly packs: number;
  /** How many were removed by the same run. */
  readonly removed: number;
  /** `lock`: by the bucket's lock, until it ends. `rights`: the key pair may not remove them. */
  readonly because: "lock" | "rights";
  /**
   * They are in no index. restic removes such ones first and, while a lock holds them, gets to nothing else: they have to be taken
   * into the index before the next attempt.
   */
  readonly unindexed: boolean;
}

/** Follows what `restic prune` prints, line by line, as far as it removes packs. */
export class PackRemoval {
  /** How many pieces of data it moves to other packs. */
  repackedBlobs = 0;
  #removing: "old" | "unindexed" | null = null;
  readonly #counts = { old: { done: 0, of: 0 }, unindexed: { done: 0, of: 0 } };
  /** The one before the last line about it: when it is ended, restic before 0.17 says that all are done. */
  #doneBefore = 0;

  line(line: string): void {
    const repacked = /^to repack:\s+(\d+) blobs/.exec(line)?.[1];
    if (repacked !== undefined) this.repackedBlobs = Number(repacked);
    const old = /^removing (\d+) old packs/.exec(line)?.[1];
    if (old !== undefined) {
      this.#removing = "old";
      this.#counts.old.of = Number(old);
    } else if (line.startsWith("deleting unreferenced packs")) this.#removing = "unindexed";
    else if (/^(?:repacking packs|rebuilding index|deleting obsolete)/.test(line)) this.#removing = null;
    const progress = /\s(\d+) \/ (\d+) files deleted/.exec(line);
    if (progress === null || this.#removing === null) return;
    this.#doneBefore = this.#counts[this.#removing].done;
    this.#counts[this.#removing] = { done: Number(progress[1]), of: Number(progress[2]) };
  }

  /**
   * What is left, if it is left since the bucket refuses it; null when nothing is, or for any other reason.
   * @param stderr What it said besides.
   */
  held(stderr: string): HeldPacks | null {
    const refusals = stderr.split("\n").filter((line) => /Remove\(<data\/\w+>\)/.test(line));
    const kinds = new Set(refusals.map((line) => failureKind(null, line)));
    const because = kinds.has("object-locked") ? "lock" : kinds.has("refused") ? "rights" : null;
    if (because === null || this.#removing === null) return null;
    const last = this.#counts[this.#removing];
    if (last.done === last.of) last.done = this.#doneBefore;
    const { old, unindexed } = this.#counts;
    const packs = old.of - old.done + (unindexed.of - unindexed.done);
    return { packs, removed: old.done + unindexed.done, because, unindexed: this.#removing === "unindexed" };
  }
}
