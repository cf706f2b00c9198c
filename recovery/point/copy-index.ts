import { open, rename } from "node:fs/promises";
import { type Listing, readHeader } from "./listing.ts";

/**
 * Takes what a copy is a copy of, as `keepIndex` kept it, so that there is no index any more: the copy is going to be changed.
 * @param to File that it is moved to.
 * @returns Null when there is none, or one of another version.
 */
export async function takeIndex(index: string, to: string): Promise<Listing | null> {
  try {
    await rename(index, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const scannedAt = readHeader(to);
  return scannedAt === null ? null : { file: to, scannedAt, except: new Set() };
}

/** Keeps what a copy is a copy of. The fsync also makes every earlier change of the copy's metadata durable: the file system's log is in order. */
export async function keepIndex(index: string, { file }: Listing): Promise<void> {
  const handle = await open(file, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(file, index);
}
