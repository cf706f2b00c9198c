import { z } from "zod";

/** What `./kaleem smoke --json` answers. */
export const smokeAnswer = z.strictObject({
  stack: z.string(),
  passed: z.boolean(),
  checks: z
    .array(z.string())
    .describe("The business checks that the stack declares; with none, the edge alone was asked."),
  steps: z.array(
    z.strictObject({
      name: z
        .string()
        .describe("The edge, a business check, or a check and its read: `mail`, `mail: stored`."),
      ok: z.boolean(),
      milliseconds: z.number().describe("Since the check began."),
      sentence: z.string(),
    }),
  ),
});
