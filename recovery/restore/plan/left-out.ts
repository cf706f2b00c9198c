import { z } from "zod";

/** A store that a restore passes by: neither stopped nor filled, and not verified. */
export const leftOutSchema = z.strictObject({
  store: z.string(),
  /** Why, what becomes of its data, and how to have the point's; told before and after the restore. */
  sentence: z.string(),
});
export type LeftOut = z.infer<typeof leftOutSchema>;

/** Their names. */
export function passedBy(leftOut: readonly LeftOut[]): ReadonlySet<string> {
  return new Set(leftOut.map(({ store }) => store));
}
