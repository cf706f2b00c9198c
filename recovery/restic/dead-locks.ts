import { join } from "node:path";
import { namesIn } from "../host/names-in.ts";
import type { Restic } from "./restic.ts";

/**
 * Removes what a killed restic has left in a repository on this disk: an exclusive lock, of forget or prune, would keep every later point
 * out. Looks first, since restic takes half a second to find nothing. A living one's lock stays.
 * @returns whether there was any lock to look at
 */
export async function removeDeadLocks(local: Restic): Promise<boolean> {
  if ((await locksIn(local.repository.url)).length === 0) return false;
  await local.unlockStale();
  return true;
}

async function locksIn(repository: string): Promise<readonly string[]> {
  // A restic that was killed while it wrote one also leaves a nameless beginning, which is in nobody's way.
  return (await namesIn(join(repository, "locks"))).filter((name) => /^[0-9a-f]{64}$/.test(name));
}
