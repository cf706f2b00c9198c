import { randomBytes } from "node:crypto";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";

const smallFileBytes = 4096;
const filesPerFolder = 500;
const chunkBytes = 1024 * 1024;

/** A tree of small files, in folders of 500, and one big one. */
export class BenchTree {
  readonly folder: string;
  readonly files: number;
  readonly bigFile: string;
  readonly bigFileBytes = 256 * 1024 * 1024;
  /** @param folder Where it is made. */
  constructor(folder: string, files: number) {
    this.folder = folder;
    this.files = files;
    this.bigFile = join(folder, "big");
  }

  async make(): Promise<void> {
    const data = randomBytes(smallFileBytes);
    for (let index = 0; index < this.files; index += 1) {
      if (index % filesPerFolder === 0)
        await mkdir(join(this.folder, String(index / filesPerFolder)), { recursive: true });
      await writeFile(this.#smallFile(index), data);
    }
    const big = await open(this.bigFile, "w");
    const chunk = randomBytes(chunkBytes);
    for (let at = 0; at < this.bigFileBytes; at += chunk.length) await big.write(chunk, 0, chunk.length, at);
    await big.sync();
    await big.close();
  }

  /** Writes `count` small files anew, chosen at random. */
  async change(count: number): Promise<void> {
    for (let changed = 0; changed < Math.min(count, this.files); changed += 1) {
      await writeFile(this.#smallFile(Math.floor(Math.random() * this.files)), randomBytes(smallFileBytes));
    }
  }

  #smallFile(index: number): string {
    return join(this.folder, String(Math.floor(index / filesPerFolder)), `file-${index}`);
  }
}
