import type { OplogEntry } from "../../catalog/oplog/oplog.ts";
import { comparePositions, positionText, type Position } from "../../catalog/oplog/position.ts";

/**
 * The entries of a stream that a replay needs, in their order: those after a place and before another one; and of a transaction that
 * commits in between, the parts that were written down before it, without which the others say nothing.
 */
export class ReplayWindow {
  readonly #from: Position;
  readonly #before: Position;
  readonly #earlier = new Map<string, OplogEntry[]>();
  /** How many entries it has given, and the last of them. */
  count = 0;
  last: Position | null = null;
  /** The first entry at the end or beyond it. */
  beyond: Position | null = null;

  constructor(from: Position, before: Position) {
    this.#from = from;
    this.#before = before;
  }

  /** @throws Error, a sentence's part, when parts of a transaction are missing */
  take(entry: OplogEntry): readonly OplogEntry[] {
    if (comparePositions(entry.position, this.#before) >= 0) {
      this.beyond ??= entry.position;
      return [];
    }
    if (comparePositions(entry.position, this.#from) <= 0) {
      this.#remember(entry);
      return [];
    }
    const given = [...this.#partsBefore(entry), entry];
    this.count += given.length;
    this.last = entry.position;
    return given;
  }

  #remember(entry: OplogEntry): void {
    if (entry.transaction === undefined) return;
    const { key, previous } = entry.transaction;
    this.#earlier.set(key, [...(previous === null ? [] : (this.#earlier.get(key) ?? [])), entry]);
  }

  #partsBefore({ transaction, position }: OplogEntry): readonly OplogEntry[] {
    if (
      transaction === undefined ||
      transaction.previous === null ||
      comparePositions(transaction.previous, this.#from) > 0
    )
      return [];
    const parts = this.#earlier.get(transaction.key) ?? [];
    this.#earlier.delete(transaction.key);
    const isWhole =
      parts[0]?.transaction?.previous === null &&
      parts.at(-1) !== undefined &&
      comparePositions(parts.at(-1)?.position ?? this.#from, transaction.previous) === 0;
    if (isWhole) return parts;
    throw new Error(
      `the transaction that goes on at ${positionText(position)} began before the slices that were read: choose an older point`,
    );
  }
}
