import { z } from "zod";
import type { HostPort } from "../../host/host-port.ts";

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

/** What a good shipping brought. */
export const shipResult = z.object({
  /** False on a host that is not seeded: nothing is shipped then. */
  seeded: z.boolean(),
  shipped: z.array(z.string()),
  /** The newest off-site point of this lineage, from a listing made afterwards. */
  newest: newestPoint,
  points: z.number(),
  escrow: z.enum(["uploaded", "unchanged", "absent"]),
  copyMs: z.number(),
  totalMs: z.number(),
});
export type ShipResult = z.infer<typeof shipResult>;

export const pointRecord = runRecord(pointResult);
export const shipRecord = runRecord(shipResult);

/** A job's record; null when it never ran, or when an older agent wrote it in another form. */
export async function readRecord<T extends z.ZodType>(
  host: HostPort,
  path: string,
  schema: T,
): Promise<z.infer<T> | null> {
  const text = await host.readFile(path);
  if (text === null) return null;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
