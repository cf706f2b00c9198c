import { z } from "zod";
import { pointId, pointSchema } from "./point.ts";

const vector = z.array(z.number()).min(1);
/** Only all or nothing: choosing keys is not here. */
const withPayload = z.boolean({ error: "the stand-in takes true or false" }).default(true);
const withVector = z.boolean({ error: "the stand-in takes true or false" }).default(false);
const limit = z.int().min(1).default(10);

/** The bodies that are taken. What else Qdrant knows (filters, quantization, …) is refused by name. */
export const requests = {
  upsert: z.strictObject({ points: z.array(pointSchema).min(1) }),
  delete: z.strictObject({ points: z.array(pointId) }),
  retrieve: z.strictObject({
    ids: z.array(pointId),
    with_payload: withPayload,
    with_vector: withVector,
  }),
  count: z.strictObject({ exact: z.boolean().default(true) }),
  scroll: z.strictObject({
    offset: pointId.nullish(),
    limit,
    with_payload: withPayload,
    with_vector: withVector,
  }),
  search: z.strictObject({
    vector,
    limit: z.int().min(1),
    offset: z.int().min(0).default(0),
    with_payload: z.boolean().default(false),
    with_vector: withVector,
  }),
  query: z.strictObject({
    query: vector,
    limit,
    offset: z.int().min(0).default(0),
    with_payload: z.boolean().default(false),
    with_vector: withVector,
  }),
  recover: z.strictObject({
    location: z.string(),
    priority: z.enum(["snapshot", "replica", "no_sync"]).optional(),
    checksum: z.string().optional(),
    api_key: z.string().optional(),
  }),
} as const;

/** Query parameters of whatever writes. */
export const writing = z.object({
  wait: z.stringbool().default(false),
  ordering: z.enum(["weak", "medium", "strong"]).default("weak"),
});

/** Query parameters of an upload. */
export const uploading = z.object({
  wait: z.stringbool().default(true),
  priority: z.enum(["snapshot", "replica", "no_sync"]).optional(),
  checksum: z.string().optional(),
});
