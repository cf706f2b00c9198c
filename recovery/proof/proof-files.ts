import { chmod, chown, mkdir, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../host/run-program.ts";
import { filesDirectory } from "../point/manifest.ts";
import type { ProofMounts } from "./proof-container.ts";

/** A file that a store is given. */
export interface GivenFile {
  readonly path: string;
  readonly mode: number;
  readonly content: Buffer;
}

/** Where proofs work on a host. */
export interface ProofPlaces {
  /** The newest copy, with its manifest and `files`. */
  readonly point: string;
  /** There while the copy is whole. */
  readonly indexes: readonly string[];
  /** The clone; on the same file system. */
  readonly clone: string;
  /** In memory: what stores are given to read. */
  readonly given: string;
}

/** The clone of a point and what its stores read: made for a proof and gone afterwards. All of it is root's alone on the host. */
export class ProofFiles {
  readonly places: ProofPlaces;
  constructor(places: ProofPlaces) {
    this.places = places;
  }

  /** Whether the newest copy is one, and is not being changed. The caller holds the repository lock. */
  async isWhole(): Promise<boolean> {
    const there = await Promise.all(this.places.indexes.map(exists));
    return there.every((one) => one);
  }

  /** Clones directories of the newest copy: no byte of theirs is copied. @throws StoppedError when aborted, CommandError without reflinks */
  async clone(directories: readonly string[], signal: AbortSignal): Promise<void> {
    const to = join(this.places.clone, filesDirectory);
    await mkdir(to, { recursive: true, mode: 0o700 });
    for (const directory of directories) {
      const from = join(this.places.point, filesDirectory, directory);
      await runProgram(
        ["cp", "--archive", "--reflink=always", "--no-target-directory", "--", from, join(to, directory)],
        {
          signal,
        },
      );
    }
  }

  /** Lays down what a store reads. @param user `uid:gid`, who alone may read its secrets */
  async give(
    store: string,
    user: string,
    secrets: Readonly<Record<string, string>>,
    files: readonly GivenFile[],
  ): Promise<ProofMounts> {
    const [uid = 0, gid = 0] = user.split(":").map(Number);
    await mkdir(this.places.given, { recursive: true, mode: 0o700 });
    const folder = join(this.places.given, store);
    const secretsFolder = join(folder, "secrets");
    await mkdir(secretsFolder, { recursive: true });
    // Whatever our umask is: the container's user must get through, and nobody gets past the folder above.
    await chmod(secretsFolder, 0o755);
    for (const [name, content] of Object.entries(secrets)) {
      const path = join(secretsFolder, name);
      await writeFile(path, content, { mode: 0o400, flag: "wx" });
      await chown(path, uid, gid);
    }
    const placed: Record<string, string> = {};
    for (const [index, { path, mode, content }] of files.entries()) {
      const file = join(folder, `file-${index}`);
      await writeFile(file, content, { flag: "wx" });
      await chmod(file, mode);
      placed[path] = file;
    }
    return { data: join(this.places.clone, filesDirectory), secrets: secretsFolder, files: placed };
  }

  /** Where a directory of the clone is. */
  folderOf(directory: string): string {
    return join(this.places.clone, filesDirectory, directory);
  }

  /** Bytes that are left on the file system of the clone. */
  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.places.point);
    return bavail * bsize;
  }

  /** Takes all of it away. No container may use it any more. */
  async clear(): Promise<void> {
    await rm(this.places.given, { recursive: true, force: true });
    await rm(this.places.clone, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
