import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { HostPort, RunOptions } from "./host-port.ts";
import { runProgram } from "./run-program.ts";

/** The machine that the agent runs on. */
export class LocalHost implements HostPort {
  async run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
    return (await runProgram(argv, options)).stdout;
  }

  async readFile(path: string): Promise<string | null> {
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  /** Durable when it returns: temporary name in the same directory, fsync, rename, fsync of the directory. */
  async writeFile(path: string, content: string, mode = 0o600): Promise<void> {
    const folder = dirname(path);
    await mkdir(folder, { recursive: true });
    const temporary = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
    try {
      const file = await open(temporary, "wx", mode);
      try {
        await file.writeFile(content);
        await file.chmod(mode);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFolder(folder);
  }

  async removeFile(path: string): Promise<void> {
    await rm(path, { force: true });
  }

  now(): Date {
    return new Date();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
