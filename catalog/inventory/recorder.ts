import type { Coverage, Entry, Inventory, InventoryRequest, Sample } from "./inventory.ts";

/** Gathers an inventory while it is taken, and watches its limits. */
export class InventoryRecorder {
  readonly request: InventoryRequest;
  readonly takenAtMs: number;
  readonly #store: string;
  readonly #entries: Record<string, Entry> = Object.create(null) as Record<string, Entry>;
  readonly #leftOut: { what: string; why: string }[] = [];
  readonly #now: () => number;

  constructor(store: string, request: InventoryRequest, now: () => number = Date.now) {
    this.#store = store;
    this.request = request;
    this.#now = now;
    this.takenAtMs = now();
  }

  /** @throws Error for a path that is there already: two things would be told as one */
  add(path: string, entry: Entry): void {
    if (path in this.#entries) throw new Error(`${this.#store}: two things have the path ${path}`);
    this.#entries[path] = entry;
  }

  /** Passes something by, and says why. */
  leaveOut(what: string, why: string): void {
    this.#leftOut.push({ what, why });
  }

  /** Milliseconds that are left for hashing content; below zero when the time is up. */
  get leftMs(): number {
    return this.takenAtMs + this.request.ms - this.#now();
  }

  /** How the other inventory sampled what is at this path; undefined where there is none, or where it hashed nothing there. */
  sampleOfOther(path: string): Sample | undefined {
    const { like } = this.request;
    return like !== undefined && Object.hasOwn(like.entries, path)
      ? like.entries[path]?.digest?.sample
      : undefined;
  }

  finish(version: string): Inventory {
    const entries = Object.fromEntries(
      Object.entries(this.#entries).sort(([left], [right]) => (left < right ? -1 : 1)),
    );
    return {
      format: 1,
      store: this.#store,
      version,
      takenAt: new Date(this.takenAtMs).toISOString(),
      finishedAt: new Date(this.#now()).toISOString(),
      entries,
      coverage: coverageOf(Object.values(entries)),
      leftOut: this.#leftOut,
    };
  }
}

/** Of all content, what was hashed. Entries without content, such as an index, are known whole by their options. */
function coverageOf(entries: readonly Entry[]): Coverage {
  const total = { hashed: 0, of: 0, bytes: 0, sampled: false };
  for (const { count, digest, goes } of entries) {
    if (count === undefined) continue;
    const leaving = goes?.windows.reduce((sum, window) => sum + window.count, 0) ?? 0;
    const hashed = digest?.hashed ?? 0;
    // An entry that could not be counted holds at least what was hashed.
    const of = count === null ? hashed : count + leaving;
    total.hashed += hashed;
    total.of += of;
    total.bytes += digest?.bytes ?? 0;
    if (count === null || hashed < of) total.sampled = true;
  }
  return total;
}
