import { randomBytes } from "node:crypto";
import { open } from "node:fs/promises";

const block = 4096;

/** Writes 4 KiB blocks at random places of one file, one after the other, and counts them. */
export class WriteLoad {
  readonly #path: string;
  readonly #bytes: number;
  #file: Awaited<ReturnType<typeof open>> | null = null;
  #write: Promise<unknown> = Promise.resolve();
  #still: Promise<unknown> = Promise.resolve();
  /** @param bytes How long the file is. */
  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  /** @returns How many blocks a second were written while `work` ran. */
  async during(work: () => Promise<void>): Promise<number> {
    const file = (this.#file ??= await open(this.#path, "r+"));
    const ended = new AbortController();
    let written = 0;
    const started = performance.now();
    const writer = (async () => {
      const data = randomBytes(block);
      while (!ended.signal.aborted) {
        const place = Math.floor(Math.random() * (this.#bytes / block)) * block;
        await this.#still;
        this.#write = file.write(data, 0, block, place);
        await this.#write;
        written += 1;
        // As a store's journal does, now and then.
        if (written % 256 === 0) await (this.#write = file.datasync());
      }
    })();
    try {
      await work();
    } finally {
      ended.abort();
      await writer;
    }
    return (written / (performance.now() - started)) * 1000;
  }

  /** No write begins while `work` runs, and none is under way. */
  async standingStill<T>(work: () => Promise<T>): Promise<T> {
    let go = (): void => undefined;
    this.#still = new Promise<void>((resolve) => (go = resolve));
    try {
      await this.#write;
      return await work();
    } finally {
      go();
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}
