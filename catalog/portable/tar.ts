import { ByteReader } from "./byte-reader.ts";

/** A file of a tar archive. Its content must be read to its end before the next one is asked for. */
export interface TarFile {
  /** With `/` between its parts, as it stands there. */
  readonly name: string;
  readonly size: number;
  /** In pieces of at most a mebibyte. */
  content(): AsyncGenerator<Buffer>;
}

const block = 512;
const pieceSize = 1024 * 1024;

/**
 * The files of a tar archive, in their order; folders, links and devices are passed by.
 * @throws Error, a sentence's part, for what is no tar archive or was cut off
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const reader = new ByteReader(source);
  let long: { name?: string; size?: number } = {};
  for (;;) {
    const header = Buffer.from(await reader.read(block));
    if (header.every((byte) => byte === 0)) return;
    checkSum(header, reader.position);
    const size = long.size ?? numberAt(header, 124, 12);
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === "L") {
      long = { ...long, name: textOf(await content(reader, size)) };
      continue;
    }
    if (type === "x") {
      long = { ...long, ...paxOf(await content(reader, size)) };
      continue;
    }
    let left = size;
    const pieces = async function* (): AsyncGenerator<Buffer> {
      while (left > 0) {
        const piece = await reader.read(Math.min(left, pieceSize));
        left -= piece.length;
        yield piece;
      }
    };
    const isFile = type === "0" || type === "\0";
    if (isFile) yield { name: long.name ?? nameOf(header), size, content: pieces };
    for await (const piece of pieces()) if (piece.length === 0) break;
    await reader.read(paddingOf(size));
    long = {};
  }
}

async function content(reader: ByteReader, size: number): Promise<Buffer> {
  if (size > pieceSize)
    throw new Error(`is damaged before byte ${reader.position}: no name is ${size} bytes long`);
  const bytes = Buffer.from(await reader.read(size));
  await reader.read(paddingOf(size));
  return bytes;
}

function paddingOf(size: number): number {
  return (block - (size % block)) % block;
}

/** The sum of all bytes, its own field counted as blanks. */
function checkSum(header: Buffer, position: number): void {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (sum !== numberAt(header, 148, 8))
    throw new Error(`is no tar archive, or is damaged before byte ${position}`);
}

/** Octal text, or binary where the first bit says so. */
function numberAt(header: Buffer, at: number, length: number): number {
  const field = header.subarray(at, at + length);
  if (((field[0] ?? 0) & 0x80) !== 0) return Number(field.readBigUInt64BE(length - 8));
  return Number.parseInt(textOf(field).trim() || "0", 8);
}

function nameOf(header: Buffer): string {
  const name = textOf(header.subarray(0, 100));
  const isUstar = header.toString("latin1", 257, 262) === "ustar";
  const prefix = isUstar && header[262] === 0 ? textOf(header.subarray(345, 500)) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}

/** Records of the form `LENGTH KEY=VALUE\n`, the length counting all of it. */
function paxOf(bytes: Buffer): { name?: string; size?: number } {
  const found: { name?: string; size?: number } = {};
  for (let at = 0; at < bytes.length;) {
    const length = Number.parseInt(bytes.toString("latin1", at, at + 20), 10);
    if (!(length > 0)) break;
    const record = bytes.toString("utf8", at, at + length - 1);
    const [, key = "", value = ""] = /^\d+ ([^=]*)=([^]*)$/.exec(record) ?? [];
    if (key === "path") found.name = value;
    if (key === "size") found.size = Number(value);
    at += length;
  }
  return found;
}
