/** Thrown when a file ends where more of it must come; its message is a sentence's part. */
export class EndOfFile extends Error {
  constructor(position: number) {
    super(`was cut off: it ends after ${position} bytes, in the middle`);
  }
}

/** Reads a stream piece by piece, as many bytes at a time as its format says come next, in the memory of one piece. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #consumed: ((bytes: Buffer) => void) | undefined;
  #held: Buffer = Buffer.alloc(0);
  #recorded: Buffer[] | null = null;
  /** How many bytes were read. */
  position = 0;

  /** @param consumed Told of everything that is read, in order, such as for a checksum. */
  constructor(source: AsyncIterable<Uint8Array>, consumed?: (bytes: Buffer) => void) {
    this.#source = source[Symbol.asyncIterator]();
    this.#consumed = consumed;
  }

  /** Exactly so many bytes. @throws EndOfFile when there are fewer */
  async read(count: number): Promise<Buffer> {
    if (this.#held.length < count) await this.#fill(count);
    if (this.#held.length < count) throw new EndOfFile(this.position + this.#held.length);
    const bytes = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    this.position += count;
    this.#recorded?.push(bytes);
    this.#consumed?.(bytes);
    return bytes;
  }

  /** Whether nothing is left. */
  async atEnd(): Promise<boolean> {
    if (this.#held.length === 0) await this.#fill(1);
    return this.#held.length === 0;
  }

  /** From here on what is read is kept as well, until `recorded` is asked for. */
  record(): void {
    this.#recorded = [];
  }

  /** What was read since `record`. */
  recorded(): Buffer {
    const all = Buffer.concat(this.#recorded ?? []);
    this.#recorded = null;
    return all;
  }

  async #fill(count: number): Promise<void> {
    const pieces = [this.#held];
    let length = this.#held.length;
    while (length < count) {
      const next = await this.#source.next();
      if (next.done === true) break;
      pieces.push(Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength));
      length += next.value.byteLength;
    }
    this.#held = Buffer.concat(pieces);
  }
}
