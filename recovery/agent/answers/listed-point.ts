import { z } from "zod";

/** What `kaleem-agent points` answers. */
export const pointListSchema = z.object({
  points: z.array(
    z.object({
      id: z.string(),
      instant: z.iso.datetime(),
      lineage: z.string(),
      generation: z.number().int(),
      stores: z.array(z.string()),
      bytes: z.number().nullable(),
      where: z.array(z.enum(["local", "offsite"])),
      latest: z.boolean(),
      /** How its newest proof on the host ended; null when it had none, or when an older agent answers. */
      proof: z.enum(["proven", "failed"]).nullable().default(null),
    }),
  ),
  /** The newest proven point in each place; null where there is none, or when an older agent answers. */
  newestProven: z
    .object({ local: z.string().nullable(), offsite: z.string().nullable() })
    .default({ local: null, offsite: null }),
  notes: z.array(z.string()),
});
export type PointList = z.infer<typeof pointListSchema>;
