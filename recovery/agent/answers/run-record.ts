import { z } from "zod";
import { inventorySchema } from "../../../catalog/inventory/inventory.ts";

/** How the last run of a job ended, and what the last good one brought. */
export function runRecord<T extends z.ZodType>(result: T) {
  return z.object({
    lastRun: z.object({
      startedAt: z.iso.datetime(),
      finishedAt: z.iso.datetime(),
      ok: z.boolean(),
      exitCode: z.number().int(),
      /** One sentence; never a secret. */
      message: z.string(),
    }),
    lastSuccess: z.object({ finishedAt: z.iso.datetime(), result }).nullable(),
  });
}

/** What a good point brought. */
export const pointResult = z.object({
  point: z.string(),
  lineage: z.string(),
  generation: z.number().int(),
  instant: z.iso.datetime(),
  snapshot: z.string(),
  stores: z.array(z.string()),
  attempts: z.number(),
  pauseMs: z.number(),
  firstPassMs: z.number(),
  secondPassMs: z.number(),
  backupMs: z.number(),
  totalMs: z.number(),
  files: z.number(),
  bytes: z.number(),
  bytesAdded: z.number(),
});
export type PointResult = z.infer<typeof pointResult>;

/** The newest point of a lineage in a repository, as a listing showed it. */
const newestPoint = z
  .object({ point: z.string(), instant: z.iso.datetime(), stores: z.array(z.string()) })
  .nullable();

/** What a good shipping brought, by the names of today. */
const shipped = z.object({
  /** False on a host that is without a lineage: nothing is shipped then. */
  founded: z.boolean(),
  shipped: z.array(z.string()),
  /** The newest off-site point of this lineage, from a listing made afterwards. */
  newest: newestPoint,
  /** The newest of them that was proven; null when none is, or in a record of before the head named it. */
  proven: z.object({ point: z.string(), instant: z.iso.datetime() }).nullable().default(null),
  points: z.number(),
  /** Bytes a second that off-site takes, as last measured; null when it never was. */
  bytesPerSecond: z.number().nullable().default(null),
  /** The stack's file in the bucket. */
  stackFile: z.enum(["uploaded", "unchanged", "absent"]),
  copyMs: z.number(),
  totalMs: z.number(),
});
/** A record that an agent before version 0.2 wrote has two of the fields under their former names. */
export const shipResult = z.preprocess((record) => {
  if (typeof record !== "object" || record === null || !("escrow" in record)) return record;
  const { escrow, seeded, ...rest } = record as Record<string, unknown>;
  return { ...rest, stackFile: escrow, founded: seeded };
}, shipped);
export type ShipResult = z.infer<typeof shipped>;

/** What a good forgetting brought. */
export const forgetResult = z.object({
  /** Points that went. */
  forgotten: z.number(),
  /** Points of this lineage that are left. */
  points: z.number(),
  /** Points that retention lets go and that stay, since the bucket's lock may still hold them. */
  held: z.number().default(0),
  /** Why nothing was forgotten, whatever the retention says; absent when it was gone by. */
  skipped: z.string().optional(),
});
export type ForgetResult = z.infer<typeof forgetResult>;

/** What a good prune brought. */
export const pruneResult = z.object({
  /** In how many pieces it was done; 0 where there was nothing to do for this host. */
  pieces: z.number(),
  /** How many index files there are then. */
  indexFiles: z.number(),
  /** Packs that nothing uses any more and that the bucket keeps for now. */
  waiting: z.number().default(0),
  /** What keeps them: the bucket's lock, or the rights of the key pair; null when none wait. */
  waitingFor: z.enum(["lock", "rights"]).nullable().default(null),
});
export type PruneResult = z.infer<typeof pruneResult>;

/** What a good check has read. */
export const checkResult = z.object({
  /** Which part of the data, from 1 on. */
  part: z.number().int(),
  /** Of how many. */
  of: z.number().int(),
  totalMs: z.number(),
});
export type CheckResult = z.infer<typeof checkResult>;

/** What keeping images in the bucket came to. */
export const imagesResult = z.object({
  /** Images that are whole there. */
  images: z.number().int(),
  /** What they take there, what several have in common once. */
  bytes: z.number(),
  /** Images that this run brought. */
  brought: z.number().int(),
  bytesSent: z.number(),
  /** What was read back and was what it must be. */
  bytesVerified: z.number(),
  /** Images that this run removed. */
  removed: z.number().int(),
  /** Why nothing was done; absent when something was. */
  skipped: z.string().optional(),
});
export type ImagesResult = z.infer<typeof imagesResult>;

/** What a good proof has shown. */
export const proofResult = z.object({
  point: z.string(),
  instant: z.iso.datetime(),
  stores: z.record(z.string(), z.object({ seconds: z.number(), coverage: inventorySchema.shape.coverage })),
});
export type ProofResult = z.infer<typeof proofResult>;

export const proveRecord = runRecord(proofResult);
export const imagesRecord = runRecord(imagesResult);
export const forgetRecord = runRecord(forgetResult);
export const pruneRecord = runRecord(pruneResult);
export const checkRecord = runRecord(checkResult);
export const pointRecord = runRecord(pointResult);
export const shipRecord = runRecord(shipResult);
