import { z } from "zod";

/** What this host knows of drills, from the history in its bucket. Signatures are judged where the signers are known: `./kaleem drill --verify`. */
export const drillStateSchema = z.object({
  /** Number of the newest entry. */
  sequence: z.number().int().positive(),
  last: z.object({
    finishedAt: z.iso.datetime(),
    scenario: z.string(),
    success: z.boolean(),
    /** Null when customers were not served again. */
    rtoSeconds: z.number().nullable(),
  }),
  /** When a drill of a total loss last succeeded; null when none did. */
  lastSuccessAt: z.iso.datetime().nullable(),
});
export type DrillState = z.infer<typeof drillStateSchema>;
