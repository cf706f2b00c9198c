import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { Bucket } from "../lineage/bucket.ts";
import { folderOf } from "./slice.ts";

const dayMs = 86_400_000;
/** A point's transactions may have begun before it, and its clock may be a little off. */
const marginMs = 5 * 60_000;
/** So many days back it is looked for slices that are due: a host that was off for longer leaves some. */
const daysBack = 60;
/** So many are removed in one step: a slice that waits to be shipped waits for no more than that. */
const perStep = 20;

/** What decides how long slices are kept. */
export interface SliceRetention {
  readonly lineage: string;
  readonly generation: number;
  /** Instants of the points off-site, of any lineage. */
  readonly points: readonly string[];
  /** Within so many milliseconds every point is kept: from the oldest of these, any second can be reached. */
  readonly windowMs: number;
  /** For so many milliseconds the bucket's lock holds an object. */
  readonly lockForMs: number;
  readonly nowMs: number;
}

/**
 * The folders whose slices no replay can need any more: all of them are older than the oldest point of the window in which any second can
 * be reached. None while there is no point: then nothing is known to be of no use. Pure.
 */
export function foldersDue(retention: SliceRetention): readonly string[] {
  const { lineage, generation, points, windowMs, nowMs } = retention;
  const instants = points.map((instant) => Date.parse(instant)).sort((a, b) => a - b);
  const base = instants.find((instant) => instant >= nowMs - windowMs) ?? instants.at(-1);
  if (base === undefined) return [];
  const lastDay = Math.floor((base - marginMs) / dayMs) - 1;
  const generations = Array.from({ length: generation }, (_, index) => index + 1);
  return Array.from({ length: daysBack }, (_, index) => lastDay - daysBack + 1 + index).flatMap((day) =>
    generations.map((one) => folderOf(lineage, one, (day * dayMs) / 1000)),
  );
}

/** Removes what is due, a few objects a step, so that it can be done beside the shipping. */
export class ForgottenSlices {
  readonly #bucket: Pick<Bucket, "list" | "delete" | "clockAheadMs">;
  #folders: string[] = [];
  #keys: string[] = [];
  #freeBefore = 0;
  removed = 0;

  constructor(bucket: Pick<Bucket, "list" | "delete" | "clockAheadMs">) {
    this.#bucket = bucket;
  }

  get isDone(): boolean {
    return this.#folders.length === 0 && this.#keys.length === 0;
  }

  begin(retention: SliceRetention): void {
    this.#folders = [...foldersDue(retention)];
    this.#keys = [];
    this.removed = 0;
    this.#freeBefore = retention.nowMs + (this.#bucket.clockAheadMs ?? 0) - retention.lockForMs;
  }

  /** @returns whether nothing is left to do. @throws RecoveryError as the bucket does */
  async step(): Promise<boolean> {
    const folder = this.#keys.length === 0 ? this.#folders.shift() : undefined;
    if (folder !== undefined) {
      const due = (await this.#bucket.list(folder)).filter(({ storedAtMs }) => storedAtMs < this.#freeBefore);
      this.#keys = due.map(({ key }) => key);
    }
    for (const key of this.#keys.splice(0, perStep)) {
      try {
        await this.#bucket.delete(key);
        this.removed += 1;
      } catch (error) {
        // It was stored later than we think: the next day finds it again.
        if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.objectLocked) throw error;
      }
    }
    return this.isDone;
  }
}
