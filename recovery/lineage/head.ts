import { z } from "zod";

/** A point's place in a lineage. */
export const pointRef = z.strictObject({
  point: z.string(),
  lineage: z.string(),
  generation: z.number().int(),
});

/** What a data root says of itself (`layout.lineage`). */
export const lineageSchema = z.strictObject({
  lineage: z.string().min(1),
  /** Starts at 1 when the lineage is founded; each restore and promote starts the next one. */
  generation: z.number().int().positive(),
  /** The machine id of the host that may write. */
  host: z.string().min(1),
});
export type Lineage = z.infer<typeof lineageSchema>;

/** The bucket's head record: who may write, and what the present generation grew from. */
export const headSchema = lineageSchema.extend({
  stack: z.string(),
  /** The point that this generation was restored from; null for the first. While it has no point of its own, this one is `latest`. */
  parent: pointRef.nullable(),
  changedAt: z.iso.datetime(),
});
export type Head = z.infer<typeof headSchema>;
