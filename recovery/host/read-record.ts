import type { z } from "zod";
import type { HostPort } from "./host-port.ts";

/** What a run wrote down in a JSON file; null when it never did, when the file is damaged, or has another version's form. */
export async function readRecord<T extends z.ZodType>(
  host: Pick<HostPort, "readFile">,
  path: string,
  schema: T,
): Promise<z.infer<T> | null> {
  const text = await host.readFile(path);
  if (text === null) return null;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // Damaged: the next run writes it again.
  }
}
