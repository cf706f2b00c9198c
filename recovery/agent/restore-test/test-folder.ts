import { mkdir, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { filesDirectory, manifestFile } from "../../point/manifest.ts";
import type { Measured } from "../../restore/verify/check-manifest.ts";
import { LocalFiles } from "../restore/restore-files.ts";

/** Where the test of a restore works: a folder of its own on the data file system, root's alone, that is never live data. */
export class TestFolder {
  /** The folder. */
  readonly path: string;
  /** Where a point is unpacked. */
  readonly fetched: string;
  /** Where stores find their data afterwards, below `files`. */
  readonly placed: string;
  readonly #inside: string;
  readonly #files = new LocalFiles();

  /** @param inside Path below `fetched` at which restic lays the point's files. */
  constructor(path: string, inside: string) {
    this.path = path;
    this.fetched = join(path, "fetched");
    this.placed = join(path, "placed");
    this.#inside = inside;
  }

  /** Makes it, empty. */
  async make(): Promise<void> {
    await this.clear();
    await mkdir(this.path, { mode: 0o700 });
    await mkdir(this.placed, { mode: 0o700 });
  }

  /** The manifest that came with the files; where it lies. */
  get manifest(): string {
    return join(this.fetched, this.#inside, manifestFile);
  }

  /** What was fetched, directory by directory, counted as a point's manifest counts. */
  async measure(): Promise<Record<string, Measured>> {
    const measured: Record<string, Measured> = {};
    const files = join(this.fetched, this.#inside, filesDirectory);
    for (const name of await this.#files.list(files))
      measured[name] = await this.#files.measure(join(files, name));
    return measured;
  }

  /** Puts what was fetched where stores find it: a rename, as a restore does it. */
  async place(): Promise<void> {
    await this.#files.move(
      join(this.fetched, this.#inside, filesDirectory),
      join(this.placed, filesDirectory),
    );
  }

  /** Of the data volume. */
  async space(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
    const { bavail, blocks, bsize } = await statfs(dirname(this.path));
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  }

  /** Takes it away. No container may use it any more. */
  async clear(): Promise<void> {
    await this.#files.remove(this.path);
  }
}
