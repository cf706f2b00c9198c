import { randomUUID } from "node:crypto";
import { z } from "zod";
import { bucketIdentitySchema } from "./bucket-identity.ts";

/** A point's place in a lineage. */
export const pointRef = z.strictObject({
  point: z.string(),
  lineage: z.string(),
  generation: z.number().int(),
});

/** What a data root says of itself (`layout.lineage`). */
export const lineageSchema = z.strictObject({
  lineage: z.string().min(1),
  /** 1 when the lineage is founded; each restore and promote starts the next one. */
  generation: z.number().int().positive(),
  /** The machine id of the host that may write. */
  host: z.string().min(1),
});
export type Lineage = z.infer<typeof lineageSchema>;

/** A point of the head's own generation, as the head names it. */
export const headPointSchema = z.strictObject({
  point: z.string(),
  instant: z.iso.datetime(),
  /** Null for a point of before points were numbered. */
  sequence: z.number().int().positive().nullable(),
});
export type HeadPoint = z.infer<typeof headPointSchema>;

/** The bucket's head record: who may write, and what the present generation grew from. */
export const headSchema = lineageSchema.extend({
  stack: z.string(),
  /** The point that this generation was restored from; null when it was founded. While it has no point of its own, this one is `latest`. */
  parent: pointRef.nullable(),
  /** Since when this host holds this generation. */
  changedAt: z.iso.datetime(),
  /**
   * Known to the host that wrote it, and new with each write: of two machines that take themselves for the same one, the first to write
   * is told from the other. Absent in heads of before there was one; the next shipping adds it.
   */
  nonce: z.string().min(1).optional(),
  /** When the host last renewed it; absent until it first does. */
  renewedAt: z.iso.datetime().optional(),
  /** The highest sequence number of this generation's shipped points; stays when they are forgotten. */
  sequence: z.number().int().nonnegative().optional(),
  /** The newest point of this generation off-site. */
  newest: headPointSchema.optional(),
  /** Everything is in another bucket since; this one is kept to be read. Absent where nothing was moved. */
  movedTo: bucketIdentitySchema.optional(),
  /** The newest of them that was proven: started and looked through. */
  proven: headPointSchema.optional(),
});
export type Head = z.infer<typeof headSchema>;

/** A mark for one write of the head. */
export function newNonce(): string {
  return randomUUID();
}
