import { constants, openSync, closeSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import type { Breath } from "./breathe.ts";
import { type Folders, isMoved } from "./folders.ts";

/** Removes an entry of a copy with all that is below it; true when there was one. */
export async function removeEntry(copy: Folders, path: string, breath: Breath): Promise<boolean> {
  const at = copy.at(path);
  if (at === null) return false;
  if (unlink(at)) return true;
  if (!isFolder(at)) return false;
  copy.forget(path);
  await removeBelow(copy, path, breath);
  const again = copy.at(path);
  if (again !== null) rmdirSync(again);
  copy.forget(path);
  return true;
}

async function removeBelow(copy: Folders, path: string, breath: Breath): Promise<void> {
  const at = copy.at(path);
  if (at === null) return;
  for (const name of namesIn(at)) await removeEntry(copy, `${path}/${name}`, breath);
  await breath.take();
}

function unlink(at: Buffer): boolean {
  try {
    unlinkSync(at);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EISDIR" || code === "EPERM" || isMoved(error)) return false;
    throw error;
  }
}

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

function isFolder(at: Buffer): boolean {
  try {
    closeSync(openSync(at, folderFlags));
    return true;
  } catch (error) {
    if (isMoved(error)) return false;
    throw error;
  }
}

/** Byte strings (latin1). */
function namesIn(at: Buffer): string[] {
  const descriptor = openSync(at, folderFlags);
  try {
    return readdirSync(`/proc/self/fd/${descriptor}`, { encoding: "latin1" });
  } finally {
    closeSync(descriptor);
  }
}
