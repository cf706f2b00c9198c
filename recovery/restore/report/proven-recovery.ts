import { z } from "zod";

/** When recovery was last proven on this platform, and what it cost. */
export const provenRecoverySchema = z.strictObject({
  at: z.iso.datetime(),
  point: z.string(),
  /** From the first phase until the platform was open. */
  rtoSeconds: z.number().nullable(),
  /** In records of agents that judged orders; nothing is made of it. */
  rpoSeconds: z.number().nullable().optional(),
  /** Id of its report. */
  report: z.string(),
});
export type ProvenRecovery = z.infer<typeof provenRecoverySchema>;
