import { z } from "zod";

/** What `./kaleem preview --json` answers. */
export const previewAnswer = z.strictObject({
  stack: z.string(),
  unchanged: z.boolean().describe("Nothing would change."),
  lines: z.array(z.string()).describe("What would change, in words, as the command prints it."),
  dataAtRisk: z
    .array(z.string())
    .describe("What holds data and would be replaced or deleted; `up` wants --replace-data for each."),
});
