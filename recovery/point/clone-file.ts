import { chmod, chown, constants, copyFile, lutimes, rm } from "node:fs/promises";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { TreeEntry } from "./tree.ts";

/** Between which folders, and how. */
export interface CloneOptions {
  readonly from: string;
  readonly to: string;
  /** Files that cannot be copied because the tree is moving are skipped. */
  readonly tolerant: boolean;
}

/** What a file that was moved, removed or replaced since it was listed gives. */
const moving: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ELOOP"]);

/**
 * Makes one file share the original's blocks (FICLONE), with its owner, mode and modification time.
 * @returns False when the tree moved under us and that is allowed.
 * @throws RecoveryError when the file systems cannot share blocks.
 */
export async function cloneFile(
  source: Buffer,
  target: Buffer,
  entry: TreeEntry,
  options: CloneOptions,
): Promise<boolean> {
  try {
    // Gives the copy the original's mode too.
    await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE);
    await chown(target, entry.uid, entry.gid);
    // chown clears the set-uid bits.
    if ((entry.mode & 0o6000) !== 0) await chmod(target, entry.mode);
    await lutimes(target, Number(entry.mtime), Number(entry.mtime));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined && moving.has(code) && options.tolerant) {
      await rm(target, { force: true });
      return false;
    }
    if (code === "ENOTSUP" || code === "EOPNOTSUPP" || code === "EXDEV" || code === "EINVAL") {
      throw new RecoveryError(
        exitCodes.failed,
        `Sharing blocks between ${options.from} and ${options.to} is not possible (${code}): both must lie on one file system with reflink, such as XFS made with reflink=1.`,
        { cause: error },
      );
    }
    throw error;
  }
}
