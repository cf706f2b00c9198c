import { z } from "zod";
import { parseMessage } from "./parse-message.ts";

/** How far a restore is. */
export interface RestoreProgress {
  /** 0 … 1 */
  readonly done: number;
  readonly bytes: number | null;
}

const message = z.object({
  message_type: z.literal("status"),
  percent_done: z.number(),
  total_bytes: z.number().optional(),
  bytes_done: z.number().optional(),
  bytes_restored: z.number().optional(),
});

/** A line that `restic restore --json` printed; null when it does not tell how far it is. */
export function parseRestoreProgress(line: string): RestoreProgress | null {
  const status = parseMessage(message, line);
  if (status === null) return null;
  return { done: status.percent_done, bytes: status.bytes_restored ?? status.bytes_done ?? null };
}
