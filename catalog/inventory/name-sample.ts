import { createHash } from "node:crypto";
import type { InventoryRequest, Sample } from "./inventory.ts";

/** A millionth: nobody needs a rarer sample. */
const rarest = 20;

/**
 * Chooses items by their names while it is not known yet how many there are. It begins with all of them, and takes half as many each
 * time that the bytes or the time run short. Whatever is chosen at the end was chosen from the beginning, since an item that one in
 * four takes is also one of those that one in two takes: digests by level can be added up afterwards.
 */
export class NameSample {
  readonly #fixed: boolean;
  readonly #bytes: number;
  readonly #deadlineMs: number;
  readonly #ms: number;
  readonly #now: () => number;
  readonly #readAt: number[] = Array.from({ length: rarest + 1 }, () => 0);
  #level = 0;
  #halvings = 0;
  #late = false;

  /** @param startMs when the inventory began @param kinds families whose sample in the other inventory is to be taken again */
  constructor(
    request: InventoryRequest,
    startMs: number,
    kinds: readonly string[],
    now: () => number = Date.now,
  ) {
    const other = Object.values(request.like?.entries ?? {}).find(
      ({ kind, digest }) => kinds.includes(kind) && digest !== undefined,
    )?.digest?.sample;
    this.#fixed = other !== undefined;
    if (typeof other === "object" && "oneIn" in other) this.#level = Math.log2(other.oneIn);
    this.#bytes = request.bytes;
    this.#ms = request.ms;
    this.#deadlineMs = startMs + request.ms;
    this.#now = now;
  }

  /** How rare the item of this name is: 0 for half of them, 1 for a quarter, and so on. Equal names have equal levels. */
  levelOf(...name: readonly (string | Uint8Array)[]): number {
    const hash = createHash("sha256").update("inventory sample\0");
    for (const part of name) hash.update(part).update("\0");
    const zeros = Math.clz32(hash.digest().readUInt32BE());
    return Math.min(zeros, rarest);
  }

  /** Whether an item of this level is to be read. */
  takes(level: number): boolean {
    if (!this.#fixed) this.#hurry();
    else if (this.#now() > this.#deadlineMs) this.#late = true;
    return !this.#late && level >= this.#level;
  }

  /** Bytes of an item that was read. */
  read(level: number, bytes: number): void {
    this.#readAt[level] = (this.#readAt[level] ?? 0) + bytes;
    if (this.#fixed) return;
    while (this.#level < rarest && this.#kept() > this.#bytes) this.#level += 1;
  }

  /** The sample as it is at the end; null when the time did not suffice for the sample of the other inventory. */
  get sample(): Sample | null {
    if (this.#late) return null;
    return this.#level === 0 ? "all" : { oneIn: 2 ** this.#level };
  }

  /** The lowest level that the sample takes at the end. */
  get level(): number {
    return this.#level;
  }

  /** At half of the time, at three quarters, and so on: each time rarer by one halving more than the time before. */
  #hurry(): void {
    while (this.#level < rarest && this.#deadlineMs - this.#now() < this.#ms / 2 ** (this.#halvings + 1)) {
      this.#halvings += 1;
      this.#level = Math.min(rarest, this.#level + this.#halvings);
    }
  }

  #kept(): number {
    return this.#readAt.slice(this.#level).reduce((sum, bytes) => sum + bytes, 0);
  }
}
