import { windowOf } from "./due-windows.ts";
import type { DueWindow, Entry, Sample } from "./inventory.ts";
import { addSums, SetDigest } from "./set-digest.ts";

/** One item of an entry's content, such as a document. */
export interface Item {
  readonly bytes: number;
  /** From `hashOf`; left out for an item that is counted only. */
  readonly hash?: Buffer | undefined;
  /** When it goes by itself, in ms since 1970; left out for one that stays. */
  readonly dueMs?: number | undefined;
  /** Of a sample by name, from `NameSample.levelOf`. @default 0 */
  readonly level?: number;
}

/** What is said of the items besides what they are. */
export interface TallyFacts {
  /** Which items were given with their hash; null for none, so that there is no digest. */
  readonly sample: Sample | null;
  /** Of items with a hash, those of this level and above are in the sample. @default 0 */
  readonly level?: number;
  /** What it is that goes by itself, such as `keys with an expiry`. */
  readonly why?: string;
  /** How many stay, where not all of them were added; null when that is not known. */
  readonly count?: number | null;
}

/** Items that stay, or that go within one window: their number, and digests by level. */
class Group {
  count = 0;
  readonly digests = new Map<number, SetDigest>();

  add({ bytes, hash, level = 0 }: Item): void {
    this.count += 1;
    if (hash === undefined) return;
    let digest = this.digests.get(level);
    if (digest === undefined) this.digests.set(level, (digest = new SetDigest()));
    digest.add(hash, bytes);
  }

  from(level: number): { sum: string; hashed: number; bytes: number } {
    const taken = [...this.digests].flatMap(([at, digest]) => (at >= level ? [digest] : []));
    return {
      sum: addSums(...taken.map(({ sum }) => sum)),
      hashed: taken.reduce((sum, { count }) => sum + count, 0),
      bytes: taken.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }
}

/** Counts and hashes the items of one entry as they stream by, apart those that go by themselves. */
export class Tally {
  readonly #takenAtMs: number;
  readonly #stays = new Group();
  readonly #goes = new Map<string, { window: Pick<DueWindow, "from" | "widthMs">; group: Group }>();
  #bytes = 0;

  /** @param takenAtMs when the inventory began, in ms since 1970 */
  constructor(takenAtMs: number) {
    this.#takenAtMs = takenAtMs;
  }

  add(item: Item): void {
    if (item.dueMs === undefined) {
      this.#stays.add(item);
      this.#bytes += item.bytes;
    } else this.#groupOf(item.dueMs).add(item);
  }

  /** How many items were added, whether they stay or go. */
  get items(): number {
    return [...this.#goes.values()].reduce((sum, { group }) => sum + group.count, this.#stays.count);
  }

  /** @param kind the entry's family */
  entry(kind: string, { sample, level = 0, why = "due", count = this.#stays.count }: TallyFacts): Entry {
    const stays = this.#stays.from(level);
    const goes = [...this.#goes.values()].map(({ window, group }) => ({
      window,
      group,
      ...group.from(level),
    }));
    const total = (of: "hashed" | "bytes"): number => goes.reduce((sum, one) => sum + one[of], stays[of]);
    const windows = goes
      .map(({ window, group, sum }) => ({ ...window, count: group.count, sum }))
      .sort((left, right) => (left.from ?? -1) - (right.from ?? -1) || left.widthMs - right.widthMs);
    return {
      kind,
      count,
      // Of items that were only counted, nobody knows the size.
      ...(sample === "all" && count === this.#stays.count ? { bytes: this.#bytes } : {}),
      ...(sample === null
        ? {}
        : { digest: { sum: stays.sum, sample, hashed: total("hashed"), bytes: total("bytes") } }),
      ...(windows.length === 0 ? {} : { goes: { why, windows } }),
    };
  }

  #groupOf(dueMs: number): Group {
    const window = windowOf(dueMs, this.#takenAtMs);
    const key = `${String(window.from)}/${window.widthMs}`;
    let held = this.#goes.get(key);
    if (held === undefined) this.#goes.set(key, (held = { window, group: new Group() }));
    return held.group;
  }
}
