import { z } from "zod";
import { seenDeploymentSchema } from "../../recovery/agent/answers/deployment-list.ts";

/** What `./kaleem rollback --json` answers. */
export const rollbackAnswer = z.strictObject({
  stack: z.string(),
  undone: z.array(seenDeploymentSchema).describe("The deployments that were undone, newest first."),
  images: z.record(z.string(), z.string()).describe("Image key → what its services run now."),
  passed: z.boolean(),
  steps: z.array(
    z.strictObject({
      name: z.string(),
      ok: z.boolean(),
      sentence: z.string(),
    }),
  ),
});
