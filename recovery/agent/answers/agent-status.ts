import { z } from "zod";
import { imagesRecord, pointRecord, proveRecord, shipRecord } from "./run-record.ts";
import { restoreTestsSchema } from "./restore-test.ts";
import { drillStateSchema } from "./drill-state.ts";
import { kitStateSchema } from "./kit-state.ts";
import { lineageSchema } from "../../lineage/head.ts";
import { replacedDataSchema } from "../../restore/replaced-data.ts";
import { provenRecoverySchema } from "../../restore/report/proven-recovery.ts";

const newest = z.object({ point: z.string(), instant: z.iso.datetime(), ageSeconds: z.number() }).nullable();

const space = z.object({ freeBytes: z.number(), totalBytes: z.number() });

/** How a job of the list ended last. */
const jobStatus = z.object({
  job: z.string(),
  /** Null when it has never ended. */
  lastRun: z
    .object({ finishedAt: z.iso.datetime(), ok: z.boolean(), exitCode: z.number(), message: z.string() })
    .nullable(),
  lastSuccessAt: z.iso.datetime().nullable(),
  /** Since when it has had no good end, in seconds; null while that is no longer than it may be. */
  silentSeconds: z.number().nullable(),
});
export type JobStatus = z.infer<typeof jobStatus>;

/** What `kaleem-agent status` answers; more fields may be there. */
export const agentStatusSchema = z.object({
  version: z.literal(1),
  stack: z.string(),
  /** The host's clock. */
  now: z.iso.datetime(),
  founded: lineageSchema.nullable(),
  closed: z.boolean(),
  /** Since when writes are refused for want of space; null while they are taken, or when an older agent answers. */
  writesBlocked: z
    .object({ since: z.iso.datetime(), refusing: z.array(z.string()) })
    .nullable()
    .default(null),
  /** Store → its newest point in each place. */
  stores: z.record(z.string(), z.object({ local: newest, offsite: newest })),
  lastPoint: pointRecord.nullable(),
  lastShip: shipRecord.nullable(),
  /** Every job of the list; absent in the answer of an agent that does not tell them. */
  jobs: z.array(jobStatus).optional(),
  /** How the last proof of a point ended. */
  lastProof: proveRecord.nullable().default(null),
  /** The newest point here that was proven. */
  newestProven: z
    .object({ point: z.string(), instant: z.iso.datetime(), at: z.iso.datetime(), ageSeconds: z.number() })
    .nullable()
    .default(null),
  /** The newest point off-site that was proven. */
  newestProvenOffsite: newest.default(null),
  /** How the last test of a restore from each repository ended; null when an older agent answers. */
  restoreTests: restoreTestsSchema.nullable().default(null),
  /** How keeping images in the bucket ended last; null before the first, or when an older agent answers. */
  lastImages: imagesRecord.nullable().default(null),
  services: z.array(
    z.object({
      name: z.string(),
      image: z.string().nullable(),
      wanted: z.number().nullable(),
      running: z.number(),
      healthy: z.number(),
      paused: z.number(),
    }),
  ),
  /** Room on the disks; null for one that could not be asked, or when an older agent answers. */
  disks: z.object({ data: space.nullable(), system: space.nullable() }).default({ data: null, system: null }),
  /** Services that are switched off, and why. */
  off: z.array(z.object({ name: z.string(), why: z.string() })).default([]),
  /** Timers that systemd knows; one that is missing does not run. */
  timers: z.array(z.object({ unit: z.string(), next: z.string().nullable() })),
  lastProven: provenRecoverySchema.nullable(),
  restore: z
    .object({ running: z.boolean(), unfinished: z.object({ id: z.string(), phase: z.string() }).nullable() })
    .nullable(),
  /** What the host knows of the recovery kit; null when it cannot tell, or an older agent does not say. */
  kit: kitStateSchema.nullable().default(null),
  /** What is known of drills; null when none was recorded, it cannot be told, or an older agent does not say. */
  drill: drillStateSchema.nullable().default(null),
  /** What restores moved aside; null when it cannot be listed, or an older agent does not say. */
  replaced: z.array(replacedDataSchema).nullable().default(null),
  /** Which restic runs there; null when it cannot be asked, or an older agent does not say. */
  restic: z
    .object({ version: z.string(), from: z.enum(["distribution", "brought along"]) })
    .nullable()
    .default(null),
  problems: z.array(z.string()),
});
export type AgentStatus = z.infer<typeof agentStatusSchema>;
