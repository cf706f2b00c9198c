import { z } from "zod";
import { restoreReportSchema } from "../../recovery/restore/report/report.ts";

/** What `./kaleem recover --json` answers once the new machine is up. */
export const recoverAnswer = z.strictObject({
  stack: z.string(),
  serves: z.boolean().describe("The platform is open on the new machine."),
  reason: z.string().describe("Why, in words."),
  report: restoreReportSchema
    .nullable()
    .describe("What the restore did and proved; null when there was nothing to restore."),
});
