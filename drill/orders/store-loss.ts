import { z } from "zod";

/** What one store lost, measured against the acknowledged orders. */
export const storeLossSchema = z.strictObject({
  store: z.string(),
  /** Acknowledged orders that are not there, nor in the store where they may be instead. */
  lost: z.number().int().nonnegative(),
  /** From the last order without a gap before it to the last acknowledged one. */
  seconds: z.number().nonnegative(),
  /** When the newest order that is still there was acknowledged, by the writer's clock; null when none is. */
  newestOrderAt: z.iso.datetime().nullable().default(null),
});
export type StoreLoss = z.infer<typeof storeLossSchema>;
