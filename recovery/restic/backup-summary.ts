import { z } from "zod";
import { parseMessage } from "./parse-message.ts";

/** What a backup read and added. */
export interface BackupSummary {
  readonly snapshot: string;
  readonly files: number;
  readonly filesChanged: number;
  readonly bytes: number;
  readonly bytesAdded: number;
  readonly seconds: number;
}

const message = z.object({
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

/** The last summary among the lines that `restic backup --json` printed; null when there is none. */
export function parseBackupSummary(stdout: string): BackupSummary | null {
  const summary = stdout
    .split("\n")
    .reduce<z.infer<typeof message> | null>((found, line) => parseMessage(message, line) ?? found, null);
  if (summary === null) return null;
  return {
    snapshot: summary.snapshot_id,
    files: summary.total_files_processed,
    filesChanged: summary.files_new + summary.files_changed,
    bytes: summary.total_bytes_processed,
    bytesAdded: summary.data_added,
    seconds: summary.total_duration,
  };
}
