import { rm } from "node:fs/promises";
import { join } from "node:path";
import { namesIn } from "../host/names-in.ts";

/** Removes what lies in a folder beside some directories, such as the copy of a store that is no longer there. */
export async function removeOthers(folder: string, directories: readonly string[]): Promise<void> {
  const kept = new Set(directories.map((name) => name.split("/")[0]));
  for (const name of await namesIn(folder)) {
    if (!kept.has(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
