import { z } from "zod";

/**
 * One thing that was looked at after a restore. `not-made` fails a restore as `failed` does: not knowing is no proof. `accepted` is what a
 * person has said need not be so.
 */
export const checkSchema = z.strictObject({
  /** Such as `canary` or `inventory`. */
  name: z.string(),
  store: z.string(),
  result: z.enum(["ok", "failed", "not-made", "accepted"]),
  sentence: z.string(),
});
export type Check = z.infer<typeof checkSchema>;
