import { z } from "zod";

/** What `./kaleem smoke --json` answers. */
export const smokeAnswer = z.strictObject({
  stack: z.string(),
  passed: z.boolean(),
  steps: z.array(
    z.strictObject({
      name: z.string().describe("A store or a service."),
      ok: z.boolean(),
      milliseconds: z.number().describe("Since the order, or the webhook, was sent."),
      sentence: z.string(),
    }),
  ),
});
