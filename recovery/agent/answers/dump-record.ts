import { z } from "zod";
import { runRecord } from "./run-record.ts";

/** A dump that was taken. */
const takenDump = z.object({
  id: z.string(),
  source: z.string().describe("What was dumped: a store, or `configs`."),
  instant: z.iso.datetime().describe("When it was begun."),
  bytes: z.number(),
  bytesAdded: z.number().describe("What of it no earlier dump had, packed."),
  seconds: z.number(),
});
export type TakenDump = z.infer<typeof takenDump>;

/** What a good run of the job `dump` brought; nothing where nothing was due. */
export const dumpResult = z.object({ taken: z.array(takenDump) });
export type DumpResult = z.infer<typeof dumpResult>;
export const dumpRecord = runRecord(dumpResult);

/** How each thing's last dump ended, and its last good one. */
export const dumpStatesSchema = z.record(
  z.string(),
  z.object({
    good: takenDump.nullable(),
    /** Null when the last run was that good one. */
    failed: z.object({ at: z.iso.datetime(), exitCode: z.number().int(), message: z.string() }).nullable(),
  }),
);
export type DumpStates = z.infer<typeof dumpStatesSchema>;

/** What a good shipping of dumps brought. */
export const shipDumpsResult = z.object({
  shipped: z.array(z.string()),
  /** Dumps of this lineage that are off-site. */
  there: z.number().int(),
});
export type ShipDumpsResult = z.infer<typeof shipDumpsResult>;
export const shipDumpsRecord = runRecord(shipDumpsResult);

/** What `kaleem-agent dumps` answers, and `./kaleem dumps --json` prints. */
export const dumpListSchema = z.object({
  dumps: z.array(
    z.object({
      id: z.string(),
      source: z.string().describe("What was dumped: a store, or `configs`."),
      instant: z.iso.datetime().describe("When it was begun."),
      lineage: z.string(),
      file: z.string().describe("Name of the file in its snapshot."),
      bytes: z.number().nullable(),
      where: z.array(z.enum(["local", "offsite"])),
    }),
  ),
  failed: z
    .array(z.object({ source: z.string(), at: z.iso.datetime(), message: z.string() }))
    .describe("What could not be dumped the last time, and why."),
  notes: z.array(z.string()),
  own: z
    .string()
    .optional()
    .describe(
      "The lineage of this host's data. A repository may hold dumps of others; left out by an older agent.",
    ),
});
export type DumpList = z.infer<typeof dumpListSchema>;
