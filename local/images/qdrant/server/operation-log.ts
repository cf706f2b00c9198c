import { constants } from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { sentenceOf } from "../../../../contract/sentence-of.ts";
import { syncDirectory } from "./durable-file.ts";
import { decodeLog, encodeRecord } from "./log-record.ts";
import { type Operation, operationSchema } from "./point.ts";

interface Waiting {
  readonly line: string;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * The operations of one collection in one file. Whoever waits for `append` is answered when it is on disk; those who wait
 * at the same time share one sync. A crash loses nothing that was answered: what it cuts off is cut away at the next start.
 */
export class OperationLog {
  readonly #path: string;
  #file: FileHandle;
  #bytes: number;
  #waiting: Waiting[] = [];
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, file: FileHandle, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.#bytes = bytes;
  }

  /** Opens the file, or makes it. @throws Error when it is damaged before its end */
  static async open(path: string): Promise<{ log: OperationLog; operations: readonly Operation[] }> {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      const content = await file.readFile();
      const { values, goodBytes } = decodeLog(content);
      if (goodBytes < content.length) await file.truncate(goodBytes);
      await file.sync();
      await syncDirectory(dirname(path));
      return {
        log: new OperationLog(path, file, goodBytes),
        operations: values.map((value) => operationSchema.parse(value)),
      };
    } catch (error) {
      await file.close();
      throw new Error(`${path}: ${sentenceOf(error)}`, { cause: error });
    }
  }

  /** Durable when it resolves, in the order of the calls. */
  append(operation: Operation): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ line: encodeRecord(operation), done, failed });
      if (this.#waiting.length === 1) void this.#next(() => this.#writeWaiting());
    });
  }

  /** The whole log anew, for a recovered snapshot or to make it short again. Old or new after a crash, nothing between. */
  replace(operations: readonly Operation[]): Promise<void> {
    return this.#next(async () => {
      const next = `${this.#path}.new`;
      const file = await open(next, "w+", 0o600);
      const content = operations.map(encodeRecord).join("");
      await file.writeFile(content);
      await file.sync();
      await rename(next, this.#path);
      await syncDirectory(dirname(this.#path));
      await this.#file.close();
      this.#file = file;
      this.#bytes = Buffer.byteLength(content);
    });
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#file.close();
  }

  /** One thing at a time; an earlier failure is its own caller's. */
  #next(work: () => Promise<void>): Promise<void> {
    const run = this.#last.then(work);
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #writeWaiting(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    const content = Buffer.from(batch.map(({ line }) => line).join(""));
    try {
      await this.#file.write(content, 0, content.length, this.#bytes);
      await this.#file.datasync();
      this.#bytes += content.length;
      for (const { done } of batch) done();
    } catch (error) {
      for (const { failed } of batch) failed(error);
      // Half a record must not stay before the next one.
      await this.#file.truncate(this.#bytes);
    }
  }
}
