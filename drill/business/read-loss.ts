import { z } from "zod";

/** What one way of reading lost of the acknowledged writes. */
export const readLossSchema = z.strictObject({
  /** The read's name, as the business check has it. */
  read: z.string(),
  /** Acknowledged writes that it does not find, or finds altered. */
  lost: z.number().int().nonnegative(),
  /** From the first of them to the last acknowledged write. */
  seconds: z.number().nonnegative(),
  /** When the newest write that it still finds was acknowledged, by the writer's clock; null when there is none. */
  newestAt: z.iso.datetime().nullable().default(null),
});
export type ReadLoss = z.infer<typeof readLossSchema>;
