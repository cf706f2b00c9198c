import { lstat, mkdir, open, readdir, rename, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { FilesPort } from "../../restore/phases/ports.ts";
import { measureFolder } from "../../point/measure-folder.ts";
import type { HeldFiles } from "../../point/measure-tree.ts";
import { runProgram } from "../../host/run-program.ts";

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

  /** As a point's copy was measured: a file with two names counts twice. */
  measure(folder: string): Promise<HeldFiles> {
    return measureFolder(folder);
  }

  /** @throws CommandError when it takes longer than `timeoutMs`; left out, it takes as long as it takes. */
  async usedBytes(path: string, timeoutMs?: number): Promise<number> {
    if (!(await this.exists(path))) return 0;
    const { stdout } = await runProgram(
      ["du", "-s", "-x", "-B1", "--", path],
      timeoutMs === undefined ? {} : { timeoutMs },
    );
    return Number.parseInt(stdout, 10);
  }

  async freeBytes(path: string): Promise<number> {
    try {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    } catch (error) {
      if (isAbsent(error) && dirname(path) !== path) return this.freeBytes(dirname(path));
      throw error;
    }
  }

  async move(from: string, to: string): Promise<void> {
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
    // A rename is in the page cache only until both folders are on disk.
    await sync(dirname(to));
    await sync(dirname(from));
  }

  async remove(path: string): Promise<void> {
    // Relative to folders' descriptors, with names of any bytes, and never into what is mounted there.
    await runProgram(["rm", "-rf", "--one-file-system", "--", path]);
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
