import { lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FilesPort } from "../../restore/phases/ports.ts";

/** The data filesystem of the machine that the agent runs on. */
export class LocalFiles implements FilesPort {
  async list(folder: string): Promise<readonly string[]> {
    try {
      return (await readdir(folder)).sort();
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  }

  async exists(path: string): Promise<boolean> {
    try {
      await lstat(path);
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
  }

  /** Regular files and the sum of their sizes; a file with two names counts twice, as it does in a point's manifest. */
  async measure(folder: string): Promise<{ readonly files: number; readonly bytes: number }> {
    let files = 0;
    let bytes = 0;
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        const below = await this.measure(path);
        files += below.files;
        bytes += below.bytes;
      } else if (entry.isFile()) {
        files += 1;
        bytes += (await lstat(path)).size;
      }
    }
    return { files, bytes };
  }

  async move(from: string, to: string): Promise<void> {
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
    // A rename is in the page cache only until both folders are on disk.
    await sync(dirname(to));
    await sync(dirname(from));
  }

  async remove(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
