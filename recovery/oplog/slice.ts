import { createHash } from "node:crypto";
import { z } from "zod";
import { positionSchema, type Position } from "../../catalog/oplog/position.ts";
import { bucketLayout } from "../../contract/layout.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What a slice says of itself, in clear before its entries: changing it unseen is as impossible as changing them. */
export const sliceHeaderSchema = z.strictObject({
  version: z.literal(1),
  lineage: z.string().min(1),
  generation: z.number().int().positive(),
  /** Where the former slice ended: the entries here follow that one. */
  after: positionSchema,
  /** Of its first and last entry; where it holds none, `first` is null and `last` is `after`. */
  first: positionSchema.nullable(),
  last: positionSchema,
  /** SHA-256 of the last entry's BSON, by which the next slice knows that the oplog has not been replaced. */
  lastEntry: sha256,
  entries: z.number().int().nonnegative(),
  /** SHA-256 of all entries. */
  content: sha256,
  /** Every entry of an earlier second than this one is in this slice or in a former one. Seconds since 1970. */
  until: z.number().int().nonnegative(),
  /** The former slice's digest; null for the first of a chain. */
  previous: sha256.nullable(),
  /** Why a chain begins where another one should have gone on: what is in between is lost. Null where nothing was lost. */
  gap: z.strictObject({ after: positionSchema, why: z.string() }).nullable(),
});
export type SliceHeader = z.infer<typeof sliceHeaderSchema>;

/** A slice as its key names it: enough to choose those that a replay needs, by a listing alone. */
export interface SliceName {
  readonly key: string;
  readonly lineage: string;
  readonly generation: number;
  readonly after: Position;
  readonly last: Position;
  readonly until: number;
  /** The beginnings of digests, in hexadecimal; null for the first of a chain. */
  readonly previous: string | null;
  readonly digest: string;
}

/** So many characters of a digest are in a name: two slices of one place that differ are told apart. */
const digestLength = 16;
const none = "0".repeat(digestLength);

/** The header as it is written, which is what its digest and its seal are of. */
export function headerLine(header: SliceHeader): string {
  return `${JSON.stringify(sliceHeaderSchema.parse(header))}\n`;
}

/** The digest of a slice, and by way of `previous` of all before it. */
export function digestOf(header: SliceHeader): string {
  return createHash("sha256").update(headerLine(header)).digest("hex");
}

/** Where a slice lies in the bucket, below its prefix. */
export function keyOf(header: SliceHeader): string {
  const { lineage, generation, after, last, until, previous } = header;
  const name = [
    placeText(after),
    placeText(last),
    String(until).padStart(10, "0"),
    (previous ?? none).slice(0, digestLength),
    digestOf(header).slice(0, digestLength),
  ].join("_");
  return `${folderOf(lineage, generation, until)}${name}.slice`;
}

/** The folder of one generation's slices of the day that this second belongs to. */
export function folderOf(lineage: string, generation: number, second: number): string {
  const day = new Date(second * 1000).toISOString().slice(0, 10);
  return `${bucketLayout.oplog}/${lineage}/${generation}/${day}/`;
}

/** Null for a key that is no slice's. */
export function parseKey(key: string): SliceName | null {
  const found =
    /^oplog\/([^/]+)\/(\d+)\/\d{4}-\d\d-\d\d\/(\d{10})\.(\d{10})_(\d{10})\.(\d{10})_(\d{10})_([0-9a-f]{16})_([0-9a-f]{16})\.slice$/.exec(
      key,
    );
  if (found === null) return null;
  const [, lineage = "", generation, afterT, afterI, lastT, lastI, until, previous = "", digest = ""] = found;
  return {
    key,
    lineage,
    generation: Number(generation),
    after: { t: Number(afterT), i: Number(afterI) },
    last: { t: Number(lastT), i: Number(lastI) },
    until: Number(until),
    previous: previous === none ? null : previous,
    digest,
  };
}

function placeText({ t, i }: Position): string {
  return `${String(t).padStart(10, "0")}.${String(i).padStart(10, "0")}`;
}
