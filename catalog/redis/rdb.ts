import { ByteReader } from "../portable/byte-reader.ts";
import { Crc64, redisCrc } from "../portable/crc64.ts";

/** What an RDB file holds, in the order in which it stands there. */
export type RdbEntry =
  | { readonly is: "note"; readonly name: string; readonly value: string }
  | { readonly is: "function"; readonly code: Buffer }
  | {
      readonly is: "key";
      readonly database: number;
      readonly key: Buffer;
      /** As `TYPE` names it. */
      readonly type: RedisType;
      /** When it goes, in ms since 1970; null for one that stays. */
      readonly dueMs: number | null;
      /** What `RESTORE` takes. */
      readonly payload: Buffer;
    };

/** The types of values that `TYPE` names, but for those of modules. */
export type RedisType = "string" | "list" | "set" | "zset" | "hash" | "stream";

/** The file's own version, from its first line. @throws Error, a sentence's part */
export async function rdbVersion(reader: ByteReader): Promise<number> {
  const first = (await reader.read(9)).toString("latin1");
  const version = /^REDIS(\d{4})$/.exec(first)?.[1];
  if (version === undefined) throw new Error("is no RDB file: it begins with something else");
  return Number(version);
}

/**
 * Reads an RDB file to its end and compares its checksum; a value is handed over as it stands there, ready for `RESTORE`.
 * @throws Error, a sentence's part, for what is no RDB file, was cut off, has changed, or holds what is not known here
 */
export async function* readRdb(source: AsyncIterable<Uint8Array>): AsyncGenerator<RdbEntry> {
  const crc = new Crc64(redisCrc);
  const reader = new ByteReader(source, (bytes) => void crc.update(bytes));
  const version = await rdbVersion(reader);
  yield { is: "note", name: "rdb-version", value: String(version) };
  yield* readEntries(reader, version);
  const wanted = crc.value;
  const stored = version >= 5 ? (await reader.read(8)).readBigUInt64LE() : 0n;
  // Zero where the server was told to write none.
  if (stored !== 0n && stored !== wanted)
    throw new Error("has changed since it was written: its checksum differs");
  if (!(await reader.atEnd())) throw new Error(`goes on after its end at byte ${reader.position}`);
}

async function* readEntries(reader: ByteReader, version: number): AsyncGenerator<RdbEntry> {
  let database = 0;
  let dueMs: number | null = null;
  for (;;) {
    const opcode = await byte(reader);
    switch (opcode) {
      case 0xff:
        return;
      case 0xfe:
        database = Number(await count(reader));
        break;
      case 0xfd:
        dueMs = (await reader.read(4)).readUInt32LE() * 1000;
        break;
      case 0xfc:
        dueMs = Number((await reader.read(8)).readBigInt64LE());
        break;
      // Sizes of tables, and slots: hints for who loads the file.
      case 0xfb:
        await counts(reader, 2);
        break;
      case 0xf4:
        await counts(reader, 3);
        break;
      case 0xfa: {
        const [name, value] = [await string(reader), await string(reader)];
        yield { is: "note", name: name.toString(), value: value.toString() };
        break;
      }
      case 0xf9:
        await reader.read(1);
        break;
      case 0xf8:
        await count(reader);
        break;
      case 0xf5:
        yield { is: "function", code: await string(reader) };
        break;
      case 0xf7:
        throw new Error("holds data of a module, which only that module can load");
      default: {
        const key = await string(reader);
        reader.record();
        const type = await skipValue(reader, opcode);
        const payload = payloadOf(opcode, reader.recorded(), version);
        yield { is: "key", database, key, type, dueMs, payload };
        dueMs = null;
      }
    }
  }
}

/** What `DUMP` would give: the value, the format's version, and the checksum of both. */
function payloadOf(type: number, value: Buffer, version: number): Buffer {
  const end = Buffer.alloc(10);
  end.writeUInt16LE(version, 0);
  const body = Buffer.concat([Buffer.from([type]), value, end.subarray(0, 2)]);
  end.writeBigUInt64LE(new Crc64(redisCrc).update(body).value, 2);
  return Buffer.concat([body, end.subarray(2)]);
}

/** Reads one value, whatever its encoding. */
async function skipValue(reader: ByteReader, encoding: number): Promise<RedisType> {
  switch (encoding) {
    case 0:
      await string(reader);
      return "string";
    case 1:
    case 14:
      await strings(reader, await count(reader));
      return "list";
    case 2:
      await strings(reader, await count(reader));
      return "set";
    case 4:
      await strings(reader, 2n * (await count(reader)));
      return "hash";
    case 3:
      for (let left = await count(reader); left > 0n; left -= 1n) {
        await string(reader);
        const length = await byte(reader);
        if (length < 253) await reader.read(length);
      }
      return "zset";
    case 5:
      for (let left = await count(reader); left > 0n; left -= 1n) {
        await string(reader);
        await reader.read(8);
      }
      return "zset";
    case 18:
      for (let left = await count(reader); left > 0n; left -= 1n) {
        await count(reader);
        await string(reader);
      }
      return "list";
    case 24:
      await reader.read(8);
      for (let left = await count(reader); left > 0n; left -= 1n) {
        await count(reader);
        await strings(reader, 2n);
      }
      return "hash";
    case 25:
      await reader.read(8);
      await string(reader);
      return "hash";
    case 15:
    case 19:
    case 21:
      await skipStream(reader, encoding === 15 ? 1 : encoding === 19 ? 2 : 3);
      return "stream";
    default: {
      const whole = wholeStrings[encoding];
      if (whole === undefined)
        throw new Error(
          `holds a value of the encoding ${encoding} at byte ${reader.position}, which is not known here`,
        );
      await string(reader);
      return whole;
    }
  }
}

/** Encodings that are one string in the file. */
const wholeStrings: Readonly<Record<number, RedisType>> = {
  9: "hash",
  10: "list",
  11: "set",
  12: "zset",
  13: "hash",
  16: "hash",
  17: "zset",
  20: "set",
};

async function skipStream(reader: ByteReader, generation: 1 | 2 | 3): Promise<void> {
  await strings(reader, 2n * (await count(reader)));
  // Items, and the last identifier; since 7.0 also the first one, the highest deleted one, and how many were ever added.
  await counts(reader, generation === 1 ? 3 : 8);
  for (let groups = await count(reader); groups > 0n; groups -= 1n) {
    await string(reader);
    await counts(reader, generation === 1 ? 2 : 3);
    for (let pending = await count(reader); pending > 0n; pending -= 1n) {
      await reader.read(16 + 8);
      await count(reader);
    }
    for (let consumers = await count(reader); consumers > 0n; consumers -= 1n) {
      await string(reader);
      await reader.read(generation === 3 ? 16 : 8);
      for (let pending = await count(reader); pending > 0n; pending -= 1n) await reader.read(16);
    }
  }
}

async function byte(reader: ByteReader): Promise<number> {
  return (await reader.read(1)).readUInt8();
}

/** A length, or which special encoding a string has. */
async function length(reader: ByteReader): Promise<{ count: bigint } | { special: number }> {
  const first = await byte(reader);
  switch (first >> 6) {
    case 0:
      return { count: BigInt(first & 0x3f) };
    case 1:
      return { count: BigInt(((first & 0x3f) << 8) | (await byte(reader))) };
    case 3:
      return { special: first & 0x3f };
    default:
      if (first === 0x80) return { count: BigInt((await reader.read(4)).readUInt32BE()) };
      if (first === 0x81) return { count: (await reader.read(8)).readBigUInt64BE() };
      throw new Error(`is damaged at byte ${reader.position - 1}: no length begins so`);
  }
}

async function count(reader: ByteReader): Promise<bigint> {
  const found = await length(reader);
  if ("count" in found) return found.count;
  throw new Error(`is damaged before byte ${reader.position}: a number was expected`);
}

async function counts(reader: ByteReader, many: number): Promise<void> {
  for (let left = many; left > 0; left -= 1) await count(reader);
}

const longestString = 512n * 1024n * 1024n;

/** Its bytes, unpacked; numbers as text. */
async function string(reader: ByteReader): Promise<Buffer> {
  const found = await length(reader);
  if ("count" in found) return reader.read(limited(found.count, reader));
  switch (found.special) {
    case 0:
      return Buffer.from(String((await reader.read(1)).readInt8()));
    case 1:
      return Buffer.from(String((await reader.read(2)).readInt16LE()));
    case 2:
      return Buffer.from(String((await reader.read(4)).readInt32LE()));
    case 3: {
      const packed = limited(await count(reader), reader);
      const plain = limited(await count(reader), reader);
      return unpackLzf(await reader.read(packed), plain);
    }
    default:
      throw new Error(`is damaged before byte ${reader.position}: no string is encoded so`);
  }
}

function limited(bytes: bigint, reader: ByteReader): number {
  if (bytes <= longestString) return Number(bytes);
  throw new Error(`is damaged before byte ${reader.position}: no string is ${bytes} bytes long`);
}

async function strings(reader: ByteReader, many: bigint): Promise<void> {
  for (let left = many; left > 0n; left -= 1n) await string(reader);
}

/** LZF, as Redis packs long strings. */
function unpackLzf(packed: Buffer, size: number): Buffer {
  const plain = Buffer.alloc(size);
  let to = 0;
  for (let from = 0; from < packed.length;) {
    const control = packed[from++] ?? 0;
    if (control < 32) {
      packed.copy(plain, to, from, from + control + 1);
      from += control + 1;
      to += control + 1;
      continue;
    }
    let long = control >> 5;
    if (long === 7) long += packed[from++] ?? 0;
    let back = to - ((control & 0x1f) << 8) - (packed[from++] ?? 0) - 1;
    if (back < 0) throw new Error("is damaged: a packed string points before its begin");
    for (let left = long + 2; left > 0; left -= 1) plain[to++] = plain[back++] ?? 0;
  }
  if (to !== size) throw new Error("is damaged: a packed string is not as long as it says");
  return plain;
}
