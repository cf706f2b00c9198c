import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  futimesSync,
  openSync,
} from "node:fs";
import { copyFile } from "node:fs/promises";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { textOfName } from "./byte-name.ts";
import { isMoved, openPath } from "./folders.ts";
import { secondsOf, type TreeEntry } from "./tree.ts";

/** Between which folders, and how. */
export interface CloneOptions {
  readonly from: string;
  readonly to: string;
  /** Files that cannot be copied because the tree is moving are skipped. */
  readonly tolerant: boolean;
}

/** Sharing the blocks of more than this may take as long as a store may stand still: others, and the clock, have their turn meanwhile. */
export const smallFileBytes = 1024 * 1024;

const targetFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** A file that is there and is to be shared, and the empty one that is to become its copy. */
export interface OpenClone {
  readonly source: number;
  readonly target: number;
}

/**
 * Opens both sides of a clone. The source is opened without reading it, and only then looked at: what has become a link, a pipe or a
 * device meanwhile is neither followed, waited for nor started.
 * @param device What the source must lie on.
 * @returns Null when the source is gone, or something else.
 * @throws What opening the target gives, such as EEXIST.
 */
export function openClone(source: Buffer, target: Buffer, device: number): OpenClone | null {
  const from = openRegular(source, device);
  if (from === null) return null;
  try {
    return { source: from, target: openSync(target, targetFlags, 0o600) };
  } catch (error) {
    closeSync(from);
    throw error;
  }
}

function openRegular(path: Buffer, device: number): number | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, openPath | constants.O_NOFOLLOW);
  } catch (error) {
    if (isMoved(error)) return null;
    throw error;
  }
  const found = fstatSync(descriptor);
  if (found.isFile() && found.dev === device) return descriptor;
  closeSync(descriptor);
  return null;
}

/** Makes the target share the source's blocks (FICLONE), with its owner, mode and modification time; closes both. */
export function cloneSmall(clone: OpenClone, entry: TreeEntry, options: CloneOptions): void {
  try {
    copyFileSync(atOf(clone.source), atOf(clone.target), constants.COPYFILE_FICLONE_FORCE);
    finish(clone.target, entry);
  } catch (error) {
    throw named(error, entry, options);
  } finally {
    closeClone(clone);
  }
}

/** As `cloneSmall`, while other work goes on. */
export async function cloneBig(clone: OpenClone, entry: TreeEntry, options: CloneOptions): Promise<void> {
  try {
    await copyFile(atOf(clone.source), atOf(clone.target), constants.COPYFILE_FICLONE_FORCE);
    finish(clone.target, entry);
  } catch (error) {
    throw named(error, entry, options);
  } finally {
    closeClone(clone);
  }
}

function atOf(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

function finish(target: number, entry: TreeEntry): void {
  fchownSync(target, entry.uid, entry.gid);
  // After the owner, whose change clears the set-uid bits.
  fchmodSync(target, entry.mode);
  futimesSync(target, secondsOf(entry.mtime), secondsOf(entry.mtime));
}

function closeClone({ source, target }: OpenClone): void {
  closeSync(source);
  closeSync(target);
}

const cannotShare: ReadonlySet<string> = new Set(["ENOTSUP", "EOPNOTSUPP", "EXDEV", "EINVAL"]);

/** Says which file it was: the kernel's words only name a descriptor. */
function named(error: unknown, entry: TreeEntry, { from, to }: CloneOptions): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const sentence = cannotShare.has(code)
    ? `Sharing blocks between ${from} and ${to} is not possible (${code}): both must lie on one file system with reflink, such as XFS made with reflink=1.`
    : `Copying ${from}/${textOfName(entry.path)} to ${to} failed (${(error as Error).message}).`;
  return new RecoveryError(exitCodes.failed, sentence, { cause: error });
}
