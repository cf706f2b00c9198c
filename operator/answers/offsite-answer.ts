import { z } from "zod";

/** What `./kaleem offsite locks --json` answers. */
export const locksAnswer = z.array(
  z.strictObject({
    prefix: z.string(),
    state: z.enum(["locked", "not locked", "unknown"]),
    how: z.string().describe("How that is known."),
  }),
);

/** What `./kaleem offsite rewind --json` answers: what was to be brought back. */
export const rewindAnswer = z.array(
  z.strictObject({
    key: z.string(),
    version: z.string(),
    bytes: z.number(),
    since: z.enum(["removed", "overwritten"]),
    removals: z.array(z.string()),
  }),
);

/** What `./kaleem offsite fill --json` answers. */
export const fillAnswer = z.strictObject({
  objects: z.number(),
  sent: z.number().describe("Of them, by this run."),
  bytesSent: z.number(),
});

/** What `./kaleem offsite move --json` answers. */
export const moveAnswer = z.strictObject({ sentence: z.string().describe("What was done, or is known.") });

/** What `./kaleem pull --json` answers. */
export const pullAnswer = z.strictObject({
  directory: z.string(),
  fetched: z.number().describe("Files that were new."),
  bytesFetched: z.number(),
  objects: z.number().describe("Files that the bucket has."),
  bytes: z.number(),
  gone: z.number().describe("Files that the bucket no longer has."),
  removed: z.number(),
  damaged: z.array(z.string()).describe("Files that are not what their names say."),
});
