import { closeSync, constants, fchmodSync, fchownSync, fstatSync, futimesSync, openSync } from "node:fs";
import { isSameTime } from "./first-difference.ts";
import type { Folders } from "./folders.ts";
import { secondsOf, timeOf, type TreeEntry } from "./tree.ts";

/**
 * Gives a copy's folder the owner, mode and time of the original, now that nothing is put into it any more.
 * @returns The folder as it is then.
 */
export function finishFolder(copy: Folders, expected: TreeEntry, found: TreeEntry): TreeEntry {
  const { mode, uid, gid, mtime } = expected;
  if (found.mode === mode && found.uid === uid && found.gid === gid && isSameTime(mtime, found.mtime))
    return found;
  const at = copy.at(expected.path);
  if (at === null) return found;
  const descriptor = openSync(at, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    fchownSync(descriptor, uid, gid);
    fchmodSync(descriptor, mode);
    futimesSync(descriptor, secondsOf(mtime), secondsOf(mtime));
    const now = fstatSync(descriptor, { bigint: true });
    return {
      ...found,
      mode: Number(now.mode) & 0o7777,
      uid: Number(now.uid),
      gid: Number(now.gid),
      mtime: timeOf(now.mtimeNs),
    };
  } finally {
    closeSync(descriptor);
  }
}
