import { z } from "zod";

const snapshot = z.object({
  id: z.string(),
  time: z.string(),
  hostname: z.string(),
  paths: z.array(z.string()),
  tags: z.array(z.string()).nullish(),
  summary: z.object({ total_bytes_processed: z.number() }).nullish(),
});

/** The list that `restic snapshots --json` prints; an empty repository prints `null` or `[]`. */
export const snapshotList = z.array(snapshot).nullable();

/** The last message of `restic backup --json`. */
export const backupSummary = z.object({
  message_type: z.literal("summary"),
  files_new: z.number(),
  files_changed: z.number(),
  files_unmodified: z.number(),
  data_added: z.number(),
  total_files_processed: z.number(),
  total_bytes_processed: z.number(),
  total_duration: z.number(),
  snapshot_id: z.string(),
});

/** How far a long restic run is. */
export const statusMessage = z.object({
  message_type: z.literal("status"),
  percent_done: z.number(),
  total_bytes: z.number().optional(),
  bytes_done: z.number().optional(),
  bytes_restored: z.number().optional(),
});

/** A line of restic's JSON output, or null when the line is none. */
export function parseMessage<T>(schema: z.ZodType<T>, line: string): T | null {
  if (!line.startsWith("{")) return null;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : null;
}
