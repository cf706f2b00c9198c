import { z } from "zod";

/** What `./kaleem kit --json` answers: where the kit is, never what is in it. */
export const kitAnswer = z.strictObject({
  stack: z.string(),
  file: z.string().describe("Where the kit was written."),
});
