import { z } from "zod";

/**
 * One thing that was looked at after a restore. `not-made` fails a restore as `failed` does: not knowing is no proof. `accepted` is what a
 * person has said need not be so.
 */
export const checkSchema = z.strictObject({
  /** Such as `canary` or `orders`. */
  name: z.string(),
  store: z.string(),
  result: z.enum(["ok", "failed", "not-made", "accepted"]),
  sentence: z.string(),
});
export type Check = z.infer<typeof checkSchema>;

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
