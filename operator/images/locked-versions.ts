import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";

const lockSchema = z.record(
  z.string(),
  z.looseObject({ ref: z.string(), version: z.string(), source: z.string() }),
);

/** Image reference → what is in it, such as `Redis 8.2 (upstream)`, as the lock file of a stack says. */
export function lockedVersions(repository: string, lockFile: string): ReadonlyMap<string, string> {
  const lock = lockSchema.parse(JSON.parse(readFileSync(resolve(repository, lockFile), "utf8")));
  return new Map(Object.values(lock).map(({ ref, version, source }) => [ref, `${version} (${source})`]));
}
