import { hashOf, SetDigest } from "../inventory/set-digest.ts";
import { bytesList, type RedisCommands } from "./commands.ts";

/** What a key holds, read type by type: Redis' own dump of a value differs from one start to the next. */
export interface KeyContent {
  readonly hash: Buffer;
  readonly bytes: number;
  /** When the last of its fields goes, where every field has an expiry of its own; in ms since 1970. */
  readonly dueMs?: number;
  /** Fields that go before their key does. */
  readonly fields: readonly { readonly hash: Buffer; readonly bytes: number; readonly dueMs: number }[];
}

const pageSize = 500;

/** Reads a key's value in pages and gives its digest; null when the key has gone meanwhile. @param fieldsExpire since Redis 7.4 */
export async function readValue(
  ask: RedisCommands,
  key: Buffer,
  type: string,
  fieldsExpire: boolean,
): Promise<KeyContent | null> {
  switch (type) {
    case "string": {
      const value = await ask("GET", key);
      return Buffer.isBuffer(value) ? whole(key, type, [value]) : null;
    }
    case "list":
      return inOrder(key, type, pagesOfList(ask, key));
    case "stream":
      return inOrder(key, type, pagesOfStream(ask, key));
    case "set":
      return asSet(key, type, scanned(ask, "SSCAN", key, 1));
    case "zset":
      return asSet(key, type, scanned(ask, "ZSCAN", key, 2));
    case "hash":
      return fieldsExpire ? hashWithExpiries(ask, key) : asSet(key, type, scanned(ask, "HSCAN", key, 2));
    default: {
      // A module's type: its dump without the version of its form and the checksum, ten bytes at the end.
      const dump = await ask("DUMP", key);
      return Buffer.isBuffer(dump) ? whole(key, type, [dump.subarray(0, -10)]) : null;
    }
  }
}

function whole(key: Buffer, type: string, parts: readonly Buffer[]): KeyContent {
  return { hash: hashOf(type, key, ...parts), bytes: sizeOf(parts), fields: [] };
}

/** A chain of digests, so that no page has to be kept. */
async function inOrder(
  key: Buffer,
  type: string,
  pages: AsyncIterable<readonly Buffer[]>,
): Promise<KeyContent> {
  let hash = hashOf(type, key);
  let bytes = 0;
  for await (const page of pages) {
    for (const part of page) hash = hashOf(hash, part);
    bytes += sizeOf(page);
  }
  return { hash, bytes, fields: [] };
}

async function asSet(
  key: Buffer,
  type: string,
  members: AsyncIterable<readonly Buffer[]>,
): Promise<KeyContent> {
  const digest = new SetDigest();
  for await (const member of members) digest.add(hashOf(...member), sizeOf(member));
  return { hash: hashOf(type, key, String(digest.count), digest.sum), bytes: digest.bytes, fields: [] };
}

/** Fields with an expiry of their own are told apart: they go while their key stays. */
async function hashWithExpiries(ask: RedisCommands, key: Buffer): Promise<KeyContent> {
  const digest = new SetDigest();
  const fields: KeyContent["fields"][number][] = [];
  for await (const page of scanPages(ask, "HSCAN", key)) {
    const pairs = pairsOf(page, 2);
    if (pairs.length === 0) continue;
    const names = pairs.map(([name = Buffer.alloc(0)]) => name);
    const due = (await ask(
      "HPEXPIRETIME",
      key,
      "FIELDS",
      String(names.length),
      ...names,
    )) as readonly number[];
    for (const [index, pair] of pairs.entries()) {
      const dueMs = due[index] ?? -1;
      if (dueMs > 0) fields.push({ hash: hashOf("field", key, ...pair), bytes: sizeOf(pair), dueMs });
      else digest.add(hashOf(...pair), sizeOf(pair));
    }
  }
  const last = fields.reduce((latest, { dueMs }) => Math.max(latest, dueMs), 0);
  return {
    hash: hashOf("hash", key, String(digest.count), digest.sum),
    bytes: digest.bytes,
    ...(digest.count === 0 && last > 0 ? { dueMs: last } : {}),
    fields,
  };
}

async function* pagesOfList(ask: RedisCommands, key: Buffer): AsyncGenerator<readonly Buffer[]> {
  for (let start = 0; ; start += pageSize) {
    const page = bytesList(await ask("LRANGE", key, String(start), String(start + pageSize - 1)));
    yield page;
    if (page.length < pageSize) return;
  }
}

/** The entries, then the consumer groups and how far each has come. */
async function* pagesOfStream(ask: RedisCommands, key: Buffer): AsyncGenerator<readonly Buffer[]> {
  for (let from = "-"; ;) {
    const page = (await ask("XRANGE", key, from, "+", "COUNT", String(pageSize))) as readonly [
      Buffer,
      Buffer[],
    ][];
    yield page.flatMap(([id, fields]) => [id, Buffer.from(String(fields.length)), ...fields]);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) break;
    from = `(${last[0].toString()}`;
  }
  const groups = (await ask("XINFO", "GROUPS", key)) as readonly (readonly unknown[])[];
  const told = groups.map((group) => {
    const facts = new Map(group.flatMap((name, at) => (at % 2 === 0 ? [[String(name), group[at + 1]]] : [])));
    return ["name", "last-delivered-id", "pending"].map((name) => String(facts.get(name))).join(" ");
  });
  yield told.sort().map((group) => Buffer.from(`group ${group}`));
}

async function* scanned(
  ask: RedisCommands,
  command: "SSCAN" | "HSCAN" | "ZSCAN",
  key: Buffer,
  parts: number,
): AsyncGenerator<readonly Buffer[]> {
  for await (const page of scanPages(ask, command, key)) yield* pairsOf(page, parts);
}

async function* scanPages(
  ask: RedisCommands,
  command: string,
  key: Buffer,
): AsyncGenerator<readonly Buffer[]> {
  let cursor = "0";
  do {
    const [next, page] = (await ask(command, key, cursor, "COUNT", String(pageSize))) as [Buffer, unknown];
    yield bytesList(page);
    cursor = next.toString();
  } while (cursor !== "0");
}

function pairsOf(page: readonly Buffer[], parts: number): Buffer[][] {
  return Array.from({ length: page.length / parts }, (_, index) =>
    page.slice(index * parts, (index + 1) * parts),
  );
}

function sizeOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
