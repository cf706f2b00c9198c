import { z } from "zod";

/** What `./kaleem watch --json` answers. */
export const watchAnswer = z.strictObject({
  stack: z.string(),
  passed: z.boolean(),
  why: z.string().nullable().describe("Why it did not pass."),
  asked: z.number().describe("Requests through the edge."),
  failed: z.number(),
  lastFailure: z.string().nullable(),
});
