import { z } from "zod";

/** `kaleem-agent alerts`: what fires now. */
export const firingAlertsSchema = z.strictObject({
  firing: z.array(
    z.strictObject({
      name: z.string(),
      /** `SEV1` to `SEV3`, or what a rule of one's own says. */
      severity: z.string(),
      /** What it is about: its other labels, sorted. */
      about: z.string(),
    }),
  ),
});
export type FiringAlerts = z.infer<typeof firingAlertsSchema>;
