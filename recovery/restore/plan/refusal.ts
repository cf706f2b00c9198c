import { z } from "zod";

/** One reason why a restore cannot be done, as a sentence that says what to do. */
export const refusalSchema = z.strictObject({
  code: z.enum([
    "bad-request",
    "no-point",
    "wrong-password",
    "unreachable",
    "other-lineage",
    "other-stack",
    "founded",
    "superseded",
    "running",
    "unfinished",
    "no-space",
    "not-up",
    "stores-differ",
    "versions-differ",
    "no-data",
  ]),
  sentence: z.string(),
});
export type Refusal = z.infer<typeof refusalSchema>;
