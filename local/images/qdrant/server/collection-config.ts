import { z } from "zod";

/** What a collection is made with; whatever else Qdrant takes is refused by name, since it would have no effect here. */
export const collectionConfig = z.strictObject({
  vectors: z.strictObject({
    size: z.int().min(1).max(65_536),
    distance: z.literal("Cosine", { error: "the stand-in knows Cosine only" }),
  }),
  optimizers_config: z.strictObject({ flush_interval_sec: z.int().min(0) }).optional(),
});
export type CollectionConfig = z.infer<typeof collectionConfig>;

/** A collection's or alias' name: no separator, no control character, nothing that a path would take for its own. */
export const collectionName = z
  .string()
  .regex(/^[^\s.<>:"/\\|?*\p{Cc}][^<>:"/\\|?*\p{Cc}]{0,254}$/u, "is not a valid collection name");
