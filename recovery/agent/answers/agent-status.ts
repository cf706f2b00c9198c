import { z } from "zod";
import { pointRecord, proveRecord, shipRecord } from "./run-record.ts";
import { lineageSchema } from "../../lineage/head.ts";
import { provenRecoverySchema } from "../../restore/report/proven-recovery.ts";

const newest = z.object({ point: z.string(), instant: z.iso.datetime(), ageSeconds: z.number() }).nullable();

/** What `kaleem-agent status` answers; more fields may be there. */
export const agentStatusSchema = z.object({
  version: z.literal(1),
  stack: z.string(),
  /** The host's clock. */
  now: z.iso.datetime(),
  founded: lineageSchema.nullable(),
  closed: z.boolean(),
  /** Store → its newest point in each place. */
  stores: z.record(z.string(), z.object({ local: newest, offsite: newest })),
  lastPoint: pointRecord.nullable(),
  lastShip: shipRecord.nullable(),
  /** How the last proof of a point ended. */
  lastProof: proveRecord.nullable().default(null),
  /** The newest point here that was proven. */
  newestProven: z
    .object({ point: z.string(), instant: z.iso.datetime(), at: z.iso.datetime(), ageSeconds: z.number() })
    .nullable()
    .default(null),
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
  /** Services that are switched off, and why. */
  off: z.array(z.object({ name: z.string(), why: z.string() })).default([]),
  /** Timers that systemd knows; one that is missing does not run. */
  timers: z.array(z.object({ unit: z.string(), next: z.string().nullable() })),
  lastProven: provenRecoverySchema.nullable(),
  restore: z
    .object({ running: z.boolean(), unfinished: z.object({ id: z.string(), phase: z.string() }).nullable() })
    .nullable(),
  problems: z.array(z.string()),
});
export type AgentStatus = z.infer<typeof agentStatusSchema>;
