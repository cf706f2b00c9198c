import { z } from "zod";

/** What `./kaleem policy --json` answers. */
export const policyAnswer = z.strictObject({
  passed: z.boolean(),
  stacks: z.array(
    z.strictObject({
      stack: z.string(),
      passed: z.boolean(),
      against: z.array(z.string()).describe("What stands against it, a sentence each."),
      seconds: z.number(),
    }),
  ),
});
export type PolicyAnswer = z.infer<typeof policyAnswer>;
