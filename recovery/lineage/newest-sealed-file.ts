import { z } from "zod";
import { bucketLayout } from "../../contract/layout.ts";
import type { Bucket } from "./bucket.ts";

const noteSchema = z.object({
  version: z.literal(1),
  key: z.string().startsWith(`${bucketLayout.stackFileVersions}/`),
});

/** A stack's file as only its recovery kit opens it, and where it lies in the bucket. */
export interface SealedFile {
  readonly key: string;
  readonly body: string;
}

/** The note that names the newest one: it stands where no lock of the bucket may be, and the files themselves where one belongs. */
export function renderNote(key: string): string {
  return `${JSON.stringify({ version: 1, key })}\n`;
}

/**
 * The sealed stack file that was shipped last; null when none ever was. The note that names it may be lost or altered: then the one that
 * was stored last counts.
 */
export async function newestSealedFile(bucket: Bucket): Promise<SealedFile | null> {
  const named = await namedKey(bucket);
  const stored = named === null ? null : await bucket.get(named);
  if (named !== null && stored !== null) return { key: named, body: stored.body };
  const kept = (await bucket.list(`${bucketLayout.stackFileVersions}/`)).filter(({ key }) =>
    key.endsWith(".age"),
  );
  const [newest] = [...kept].sort((a, b) => b.storedAtMs - a.storedAtMs);
  const found = newest === undefined ? null : await bucket.get(newest.key);
  return newest === undefined || found === null ? null : { key: newest.key, body: found.body };
}

async function namedKey(bucket: Bucket): Promise<string | null> {
  const note = await bucket.get(bucketLayout.newestSealedFile);
  if (note === null) return null;
  try {
    const parsed = noteSchema.safeParse(JSON.parse(note.body));
    return parsed.success ? parsed.data.key : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
