import { createHash } from "node:crypto";
import type { OplogEntry } from "../../catalog/oplog/oplog.ts";
import { comparePositions, type Position } from "../../catalog/oplog/position.ts";
import type { SliceHeader } from "./slice.ts";
import type { TailRecord } from "./tail-record.ts";

/** Entries of this second and the one before are left for the next slice: what is still being written down may come in between. */
const settleSeconds = 1;
/** A quiet store's slices: so often one says that nothing was written. */
const quietSeconds = 60;

/** The second before which entries are read; null where the clock went back, and the entries are ahead of it. */
export function readBefore(newest: Position, nowSeconds: number): number | null {
  return newest.t > nowSeconds ? null : nowSeconds - settleSeconds;
}

/** What was read: entries from the last shipped one on, that one first. */
export interface Reading {
  readonly entries: readonly OplogEntry[];
  /** See `readBefore`. */
  readonly before: number | null;
  /** There is more than was read. */
  readonly cut: boolean;
}

/** Why what was read does not go on where the last slice ended; null when it does. A sentence's part. Pure. */
export function judgeContinuity(
  { last, lastEntry }: Pick<TailRecord, "last" | "lastEntry">,
  entries: readonly OplogEntry[],
  oldest: Position | null,
): string | null {
  const [first] = entries;
  if (first !== undefined && comparePositions(first.position, last) === 0)
    return hashOf(first.bytes) === lastEntry
      ? null
      : "the oplog holds another entry where the last one that was shipped had been: its data was replaced";
  if (oldest !== null && comparePositions(oldest, last) > 0)
    return "the oplog has rolled over: it does not reach back to the last entry that was shipped";
  return "the oplog does not hold the last entry that was shipped: it was lost in a crash, or its data was replaced";
}

/** The header of the next slice; null while there is nothing worth one. Pure. */
export function nextHeader(
  record: TailRecord,
  { entries, before, cut }: Reading,
  nowSeconds: number,
): SliceHeader | null {
  const fresh = entries.slice(1);
  const shipped = record.shippedAt === null ? 0 : Date.parse(record.shippedAt) / 1000;
  const isQuiet = fresh.every(({ kind }) => kind === "noop");
  // The first one says where the chain begins.
  if (isQuiet && record.digest !== null && nowSeconds - shipped < quietSeconds) return null;
  const end = fresh.at(-1);
  const last = end?.position ?? record.last;
  const { lineage, generation, gap } = record;
  return {
    version: 1,
    lineage,
    generation,
    after: record.last,
    first: fresh[0]?.position ?? null,
    last,
    lastEntry: end === undefined ? record.lastEntry : hashOf(end.bytes),
    entries: fresh.length,
    content: hashOf(contentOf(fresh)),
    until: Math.max(record.until, cut || before === null ? last.t : before),
    previous: record.digest,
    gap: record.digest === null && gap !== null && !gap.shipped ? { after: gap.after, why: gap.why } : null,
  };
}

/** The entries of a slice, as it holds them. */
export function contentOf(entries: readonly OplogEntry[]): Buffer {
  return Buffer.concat(entries.map(({ bytes }) => bytes));
}

export function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
