import { z } from "zod";

/** What `./kaleem restore --forget ID --json` answers. */
export const forgetAnswer = z.strictObject({
  id: z.string(),
  removed: z.boolean().describe("False when only the plan was asked for."),
});
