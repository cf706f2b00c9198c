import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { bucketLayout } from "../../contract/layout.ts";
import type { ListedObject } from "./bucket-listing.ts";
import type { Bucket } from "./bucket.ts";

const newestSchema = z.object({ version: z.literal(1), key: z.string().startsWith("kit/") });

/**
 * The stack file that a platform shipped last; null when it never shipped one. The note that names it may be lost or altered, as it
 * stands below no lock: then the one that was stored last counts.
 */
export async function newestStackFile(bucket: Bucket): Promise<string | null> {
  const plain = await bucket.get(bucketLayout.stackFile);
  const named = await namedKey(bucket);
  const stored = named === null ? null : await bucket.get(named);
  if (stored !== null) return stored.body;
  const kept = (await listKept(bucket)).filter(
    ({ key }) => key === bucketLayout.stackFile || key.startsWith(`${bucketLayout.stackFileVersions}/`),
  );
  // Stored within the same second, the plain one was written after its version.
  const isPlain = ({ key }: ListedObject): number => Number(key === bucketLayout.stackFile);
  const [newest] = [...kept].sort((a, b) => b.storedAtMs - a.storedAtMs || isPlain(b) - isPlain(a));
  const found = newest === undefined ? null : await bucket.get(newest.key);
  return found?.body ?? plain?.body ?? null;
}

/** A key pair that may read what it knows the name of, and not list, still finds the plain one. */
async function listKept(bucket: Bucket): Promise<readonly ListedObject[]> {
  try {
    return await bucket.list("kit/");
  } catch (error) {
    if (error instanceof RecoveryError && error.exitCode === exitCodes.offsiteRefused) return [];
    throw error;
  }
}

async function namedKey(bucket: Bucket): Promise<string | null> {
  const note = await bucket.get(bucketLayout.newestStackFile);
  if (note === null) return null;
  try {
    const parsed = newestSchema.safeParse(JSON.parse(note.body));
    return parsed.success ? parsed.data.key : null;
  } catch {
    return null;
  }
}
