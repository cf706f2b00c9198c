import { z } from "zod";

/** What the agent tells of a point that it took, and `./kaleem point --json` prints. */
export const pointAnswer = z.object({
  point: z.string(),
  pauseMs: z.number().describe("For how long the stores were paused."),
  totalMs: z.number(),
  bytes: z.number().describe("Size of the point."),
  bytesAdded: z.number().describe("What of it no earlier point had."),
});
