import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * The folder outside the work tree that keeps what is slow to make (engine, images): `KALEEM_CACHE` when
 * set, else `~/.cache/kaleem`. Shared by every checkout on the machine; safe to delete while nothing runs.
 * The folder may not exist yet.
 */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment["KALEEM_CACHE"];
  return chosen === undefined || chosen === "" ? join(homedir(), ".cache", "kaleem") : resolve(chosen);
}
