import type { Oplog, OplogEntry } from "../../catalog/oplog/oplog.ts";
import { comparePositions } from "../../catalog/oplog/position.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { Bucket } from "../lineage/bucket.ts";
import { hashOf } from "./plan-slice.ts";
import { openSlice } from "./slice-object.ts";
import { digestOf, keyOf, type SliceHeader, type SliceName } from "./slice.ts";

/** What slices are read with. */
export interface SliceReading {
  readonly bucket: Pick<Bucket, "read">;
  readonly key: Buffer;
  readonly parse: Oplog<never>["parse"];
}

/**
 * The entries of slices that were chosen, in order. Each slice is opened, held against its name, against what it says of itself, and
 * against the one before it by that one's whole digest: what was altered, exchanged or put in is found before its first entry is given.
 * @throws RecoveryError `repositoryDamaged` naming the slice and what is wrong with it
 */
export async function* readSlices(
  { bucket, key, parse }: SliceReading,
  slices: readonly SliceName[],
): AsyncGenerator<readonly OplogEntry[]> {
  let former: SliceHeader | null = null;
  for (const name of slices) {
    const object = await bucket.read(name.key);
    if (object === null) throw damaged(name, "is not there any more");
    const opened = await openSlice(object, key);
    if (typeof opened === "string") throw damaged(name, opened);
    const { header, content } = opened;
    if (keyOf(header) !== name.key) throw damaged(name, "is another one than its name says");
    if (former !== null && !follows(header, former)) throw damaged(name, "does not follow the one before it");
    yield await entriesOf(name, header, content, parse);
    former = header;
  }
}

function follows({ previous, after }: SliceHeader, former: SliceHeader): boolean {
  return previous === digestOf(former) && comparePositions(after, former.last) === 0;
}

async function entriesOf(
  name: SliceName,
  header: SliceHeader,
  content: Buffer,
  parse: SliceReading["parse"],
): Promise<readonly OplogEntry[]> {
  let entries: readonly OplogEntry[];
  try {
    entries = await parse(content);
  } catch (cause) {
    throw damaged(name, sentenceOf(cause), cause);
  }
  const positions = [header.after, ...entries.map(({ position }) => position)];
  const rises = positions.every(
    (one, index) => index === 0 || comparePositions(positions[index - 1] ?? one, one) < 0,
  );
  const [first, last] = [entries[0], entries.at(-1)];
  const isAsSaid =
    entries.length === header.entries &&
    comparePositions(last?.position ?? header.after, header.last) === 0 &&
    (first === undefined) === (header.first === null) &&
    (first === undefined || header.first === null || comparePositions(first.position, header.first) === 0) &&
    (last === undefined || hashOf(last.bytes) === header.lastEntry);
  if (!rises || !isAsSaid) throw damaged(name, "does not hold the entries that it says");
  return entries;
}

function damaged({ key }: SliceName, how: string, cause?: unknown): RecoveryError {
  return new RecoveryError(
    exitCodes.repositoryDamaged,
    `Slice ${key} of the oplog in the bucket ${how}: no replay can go beyond it. Choose a time before it, or a point after it.`,
    cause === undefined ? {} : { cause },
  );
}
