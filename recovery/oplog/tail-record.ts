import { z } from "zod";
import { positionSchema } from "../../catalog/oplog/position.ts";
import { layout } from "../../contract/layout.ts";
import { sliceHeaderSchema } from "./slice.ts";

/** How far the oplog is off-site, as this host knows it: where the next slice goes on. */
export const tailRecordSchema = z.strictObject({
  version: z.literal(1),
  lineage: z.string(),
  generation: z.number().int().positive(),
  /** The last entry that is in a slice, and the SHA-256 of its BSON. */
  last: positionSchema,
  lastEntry: z.string(),
  /** Of the last slice; null before the first of a chain. */
  digest: z.string().nullable(),
  /** Every entry of an earlier second is off-site; 0 before the first slice of a chain. */
  until: z.number().int().nonnegative(),
  /** When the last slice was off-site; null before the first of a chain. */
  shippedAt: z.iso.datetime().nullable(),
  /** The newest hole: what was written between `after` and `at` may be lost to a replay. Null when there was none in this generation. */
  gap: z
    .strictObject({ after: positionSchema, why: z.string(), at: z.iso.datetime(), shipped: z.boolean() })
    .nullable(),
  /** Since this host has an oplog to ship. */
  counts: z.strictObject({
    slices: z.number().int(),
    bytes: z.number().int(),
    entries: z.number().int(),
    gaps: z.number().int(),
  }),
});
export type TailRecord = z.infer<typeof tailRecordSchema>;

/** A slice on its way: kept until it is recorded, so that a tail that was killed in between sends the very same once more. */
export const pendingSliceSchema = z.strictObject({
  key: z.string(),
  header: sliceHeaderSchema,
  /** The object, in base64. */
  object: z.string(),
});
export type PendingSlice = z.infer<typeof pendingSliceSchema>;

export const tailRecordPath = `${layout.oplog}/tail.json`;
export const pendingPath = `${layout.oplog}/pending.json`;
