import { ByteReader } from "../portable/byte-reader.ts";
import { Crc64, mongoArchiveCrc } from "../portable/crc64.ts";
import { hashOf, SetDigest } from "../inventory/set-digest.ts";

/** A collection as an archive of mongodump holds it. */
export interface ArchivedCollection {
  readonly database: string;
  readonly name: string;
  /** `collection`, `view` or `timeseries`. */
  readonly type: string;
  readonly indexes: readonly string[];
  /** Whether an index or the collection itself takes documents away by the clock. */
  readonly expires: boolean;
  /** Of a time series, its buckets. */
  readonly documents: number;
  readonly bytes: number;
  /** As an inventory makes it of the same documents. */
  readonly sum: string;
}

/** What an archive of mongodump holds. */
export interface MongoArchive {
  readonly serverVersion: string;
  readonly toolVersion: string;
  readonly collections: readonly ArchivedCollection[];
  /** Entries of an oplog that belong to it; a dump with `--oplog` is of one instant with them alone. */
  readonly oplogEntries: number;
}

const magic = 0x8199e26d;
const terminator = 0xffffffff;
/** MongoDB's own limit of a document, and some room for what the server adds. */
const longestDocument = 16 * 1024 * 1024 + 16 * 1024;
const buckets = "system.buckets.";

/**
 * Reads an archive, unpacked, to its very end: each document is counted and hashed, each collection's checksum compared.
 * @throws Error, a sentence's part, for what is no archive, was cut off, or has changed since it was written
 */
export async function readMongoArchive(source: AsyncIterable<Uint8Array>): Promise<MongoArchive> {
  const { BSON } = await import("mongodb");
  const reader = new ByteReader(source);
  const parse = (bytes: Buffer): Readonly<Record<string, unknown>> => {
    try {
      return BSON.deserialize(bytes, { useBigInt64: true });
    } catch (cause) {
      throw new Error(`is damaged before byte ${reader.position}: a header cannot be read`, { cause });
    }
  };
  await readMagic(reader);
  const header = parse((await readDocument(reader)) ?? Buffer.alloc(0));
  const found = new Map<string, Found>();
  for (;;) {
    const document = await readDocument(reader);
    if (document === null) break;
    const one = declared(parse(document));
    found.set(keyOf(one.database, one.name), one);
  }
  let oplogEntries = 0;
  while (!(await reader.atEnd())) oplogEntries += await readBlock(reader, parse, found);
  const unended = [...found.values()].filter(({ ended, type }) => !ended && type !== "view");
  if (unended.length > 0) {
    const names = unended.map(({ database, name }) => `${database}.${name}`).join(", ");
    throw new Error(`was cut off: it does not hold the end of ${names}`);
  }
  return {
    serverVersion: text(header["server_version"]),
    toolVersion: text(header["tool_version"]),
    collections: [...found.values()].map(finished),
    oplogEntries,
  };
}

/** A collection while its documents stream by. */
interface Found {
  readonly database: string;
  readonly name: string;
  readonly type: string;
  readonly indexes: readonly string[];
  readonly expires: boolean;
  readonly digest: SetDigest;
  readonly crc: Crc64;
  ended: boolean;
}

async function readMagic(reader: ByteReader): Promise<void> {
  const first = (await reader.read(4)).readUInt32LE();
  if (first !== magic) throw new Error("is no archive of mongodump: it begins with something else");
}

/** Null for the end of a block. */
async function readDocument(reader: ByteReader): Promise<Buffer | null> {
  const start = await reader.read(4);
  const length = start.readUInt32LE();
  if (length === terminator) return null;
  if (length < 5 || length > longestDocument)
    throw new Error(`is damaged at byte ${reader.position - 4}: no document is ${length} bytes long`);
  const rest = await reader.read(length - 4);
  if (rest.at(-1) !== 0) throw new Error(`is damaged before byte ${reader.position}: a document has no end`);
  return Buffer.concat([start, rest]);
}

function declared(facts: Readonly<Record<string, unknown>>): Found {
  const metadata = parseMetadata(text(facts["metadata"]));
  return {
    database: text(facts["db"]),
    name: text(facts["collection"]),
    type: metadata.type ?? "collection",
    indexes: (metadata.indexes ?? []).map(({ name }) => String(name)),
    expires:
      (metadata.indexes ?? []).some(({ expireAfterSeconds }) => expireAfterSeconds !== undefined) ||
      metadata.options?.["expireAfterSeconds"] !== undefined,
    digest: new SetDigest(),
    crc: new Crc64(mongoArchiveCrc),
    ended: false,
  };
}

interface Metadata {
  readonly type?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly indexes?: readonly { readonly name?: unknown; readonly expireAfterSeconds?: unknown }[];
}

function parseMetadata(json: string): Metadata {
  try {
    return json === "" ? {} : (JSON.parse(json) as Metadata);
  } catch (cause) {
    throw new Error("is damaged in its beginning: what a collection is cannot be read", { cause });
  }
}

/** One block: its header, and the documents of one collection. Returns how many entries of an oplog were in it. */
async function readBlock(
  reader: ByteReader,
  parse: (bytes: Buffer) => Readonly<Record<string, unknown>>,
  all: Map<string, Found>,
): Promise<number> {
  const header = await readDocument(reader);
  if (header === null) throw new Error(`is damaged at byte ${reader.position}: a block has no header`);
  const { db, collection, EOF, CRC } = parse(header);
  const isOplog = db === "" && collection === "oplog";
  const found = isOplog ? null : known(all, text(db), text(collection));
  let entries = 0;
  for (let document = await readDocument(reader); document !== null; document = await readDocument(reader)) {
    if (found === null) entries += 1;
    else {
      found.digest.add(hashOf(document), document.length);
      found.crc.update(document);
    }
  }
  if (EOF === true && found !== null) {
    const wanted = typeof CRC === "bigint" ? BigInt.asUintN(64, CRC) : null;
    if (found.crc.value !== wanted)
      throw new Error(
        `has changed since it was written: the checksum of ${found.database}.${found.name} differs`,
      );
    found.ended = true;
  }
  return entries;
}

function known(all: Map<string, Found>, database: string, collection: string): Found {
  const name = collection.startsWith(buckets) ? collection.slice(buckets.length) : collection;
  const found = all.get(keyOf(database, collection)) ?? all.get(keyOf(database, name));
  if (found !== undefined) return found;
  throw new Error(
    `is damaged: it has documents of ${database}.${collection}, which its beginning does not name`,
  );
}

function keyOf(database: string, name: string): string {
  return `${database}\0${name}`;
}

function finished({ digest, database, name, type, indexes, expires }: Found): ArchivedCollection {
  const { count: documents, bytes, sum } = digest;
  return { database, name, type, indexes, expires, documents, bytes, sum };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
