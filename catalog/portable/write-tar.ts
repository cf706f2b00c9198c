/** A file that goes into a tar archive. */
export interface TarContent {
  /** With `/` between its parts, none before it. */
  readonly name: string;
  readonly size: number;
  /** In pieces, exactly `size` bytes together. */
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const block = 512;

/**
 * A tar archive of these files, as it comes. Names and sizes stand in POSIX's own records, so that neither has a limit; times and owners
 * are left at nought, so that what has not changed reads the same.
 * @throws Error, a sentence's part, for a file that is not as long as it was said to be
 */
export async function* writeTar(files: AsyncIterable<TarContent>): AsyncGenerator<Uint8Array> {
  for await (const { name, size, content } of files) {
    const records = Buffer.from(paxRecord("path", name) + paxRecord("size", String(size)));
    yield header("pax", "x", records.length);
    yield records;
    yield padding(records.length);
    yield header(plainName(name), "0", size);
    let written = 0;
    for await (const piece of content) {
      written += piece.length;
      yield piece;
    }
    if (written !== size)
      throw new Error(`changed while it was read: ${name} had ${size} bytes, and then ${written}`);
    yield padding(size);
  }
  yield Buffer.alloc(2 * block);
}

/** What a reader without POSIX's records shows. */
function plainName(name: string): string {
  return Buffer.byteLength(name) <= 100 && /^[\x20-\x7e]*$/.test(name) ? name : "file";
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  // The length counts itself.
  length = bytes + String(length).length;
  return `${length}${rest}`;
}

function header(name: string, type: string, size: number): Buffer {
  const head = Buffer.alloc(block);
  head.write(name, 0, 100);
  head.write("0000600\0", 100);
  head.write("0000000\0", 108);
  head.write("0000000\0", 116);
  // Larger sizes stand in the record before it alone.
  head.write(size < 8 ** 11 ? size.toString(8).padStart(11, "0") : "0".repeat(11), 124);
  head.write("00000000000\0", 136);
  head.write("        ", 148);
  head.write(type, 156);
  head.write("ustar\0" + "00", 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return head;
}

function padding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block);
}
