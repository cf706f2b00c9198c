import { z } from "zod";

/** What `./kaleem bench NAME --json` answers; `platform` measures two. */
export const benchAnswer = z.strictObject({
  benchmarks: z.array(
    z.looseObject({
      benchmark: z.string().describe("Its name on the command line."),
      startedAt: z.iso.datetime(),
      machine: z.strictObject({
        cores: z.number().int(),
        memoryGiB: z.number(),
        kernel: z.string(),
        loadBefore: z.number().describe("Runnable processes, averaged over a minute."),
        loadAfter: z.number(),
      }),
      notes: z
        .array(z.string())
        .describe("What a reader of the figures must know; the figures follow, by names of their own."),
    }),
  ),
});
export type BenchAnswer = z.infer<typeof benchAnswer>;
