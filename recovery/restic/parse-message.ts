import type { z } from "zod";

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
