import { z } from "zod";
import { headSchema } from "../../recovery/lineage/head.ts";

/** What `./kaleem status --json` answers when the host does not; with exit code 50. */
export const deadHostAnswer = z.strictObject({
  trouble: z.string().describe("Why the host could not be asked."),
  head: z
    .union([headSchema, z.strictObject({ why: z.string() })])
    .nullable()
    .describe("The bucket's head record; null when there is none; `why` when it is not known."),
});
