import { createHash, hkdfSync } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { openBytes, sealBytes } from "../proof/sealed-bytes.ts";
import { headerLine, sliceHeaderSchema, type SliceHeader } from "./slice.ts";

const magic = "kaleem oplog slice 1\n";
const nonceLength = 12;
const tagLength = 16;

/**
 * The key that a lineage's slices are sealed with, made from the master key of the off-site repository: who opens the repository, with
 * whichever password it has by then, opens the slices, and nobody else does.
 */
export function sliceKey(masterKey: Buffer, lineage: string): Buffer {
  return Buffer.from(hkdfSync("sha256", masterKey, lineage, "kaleem oplog slice 1", 32));
}

/** A slice as an object of the bucket: its header in clear, its entries packed and sealed. */
export async function sealSlice(
  header: SliceHeader,
  content: Buffer,
  key: Buffer,
): Promise<Buffer<ArrayBuffer>> {
  const clear = Buffer.from(magic + headerLine(header));
  const { nonce, tag, body } = sealBytes(await promisify(gzip)(content), key, clear);
  return Buffer.concat([clear, nonce, tag, body]);
}

/** A slice that was opened. */
export interface OpenedSlice {
  readonly header: SliceHeader;
  readonly content: Buffer;
}

/** Why an object is no slice that can be used; a sentence's part. */
export type Unusable =
  "is no slice" | "does not open with the repository's key, or was altered" | "is not what it says";

/** Opens an object, or says why it cannot be used. */
export async function openSlice(object: Buffer, key: Buffer): Promise<OpenedSlice | Unusable> {
  const header = readHeader(object);
  if (header === null) return "is no slice";
  const clear = Buffer.from(magic + headerLine(header));
  // Written in another way than we write it, it would be another slice's seal.
  if (!object.subarray(0, clear.length).equals(clear)) return "is no slice";
  const rest = object.subarray(clear.length);
  const packed = openBytes(
    {
      nonce: rest.subarray(0, nonceLength),
      tag: rest.subarray(nonceLength, nonceLength + tagLength),
      body: rest.subarray(nonceLength + tagLength),
    },
    key,
    clear,
  );
  if (packed === null) return "does not open with the repository's key, or was altered";
  const content = await promisify(gunzip)(packed);
  return createHash("sha256").update(content).digest("hex") === header.content
    ? { header, content }
    : "is not what it says";
}

/** What an object says of itself, before it is opened; null for what is no slice. */
export function readHeader(object: Buffer): SliceHeader | null {
  if (object.subarray(0, magic.length).toString() !== magic) return null;
  const end = object.indexOf(0x0a, magic.length);
  if (end < 0) return null;
  try {
    return sliceHeaderSchema.safeParse(JSON.parse(object.toString("utf8", magic.length, end))).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
