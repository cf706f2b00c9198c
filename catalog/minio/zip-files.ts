import { inflateRawSync } from "node:zlib";

const endOfDirectory = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const stored = 0;
const deflated = 8;

/**
 * The files of a small ZIP archive: name → content, in the archive's order. Pure.
 * @throws Error when it is no such archive, or packed otherwise than by deflate
 */
export function zipFiles(archive: Buffer): ReadonlyMap<string, Buffer> {
  const end = archive.lastIndexOf(endOfDirectory);
  if (end < 0) throw new Error(`minio: expected a ZIP archive, got ${archive.length} bytes that are none`);
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.subarray(at + 46, at + 46 + nameLength).toString();
    files.set(name, contentOf(archive, at, name));
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return files;
}

/** @param at where the file's line of the directory begins; sizes before the content may be missing */
function contentOf(archive: Buffer, at: number, name: string): Buffer {
  const method = archive.readUInt16LE(at + 10);
  const local = archive.readUInt32LE(at + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + archive.readUInt32LE(at + 20));
  if (method === deflated) return inflateRawSync(packed);
  if (method === stored) return packed;
  throw new Error(`minio: ${name} in a ZIP archive is packed by method ${method}, which is not known here`);
}
