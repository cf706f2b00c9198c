import { createReadStream } from "node:fs";
import { z } from "zod";
import { entryPath } from "../inventory/inventory.ts";
import type { PortableSource, ToolCall } from "../portable/portable.ts";
import type { Stated } from "../portable/stated.ts";
import { bytesList, type RedisCommands } from "./commands.ts";
import { readRdb, type RdbEntry } from "./rdb.ts";

/** Where recovery keeps its own mark: no file brings it, and no import takes it away. */
export const canaryKey = "kaleem:canary";

/** What an RDB file says of itself. */
export interface RdbFacts {
  /** Of the file's format; a server reads those up to its own. */
  readonly format: number;
  readonly serverVersion: string | null;
  /** When it was written, in ms since 1970; null when it does not say. */
  readonly writtenMs: number | null;
  /** Memory that the server used then; null when it does not say. */
  readonly memory: number | null;
  readonly keys: number;
  readonly functions: number;
}

/** Reads a file to its end. @throws Error, a sentence's part, as `readRdb` does */
export async function statedByRdb(
  source: AsyncIterable<Uint8Array>,
): Promise<{ facts: RdbFacts } & Pick<PortableSource, "parts" | "stated" | "leftOut">> {
  const notes = new Map<string, string>();
  const found = new Map<string, { count: number; mayGo: number }>();
  const databases = new Set<number>();
  let [keys, functions, own] = [0, 0, 0];
  for await (const entry of readRdb(source)) {
    if (entry.is === "note") notes.set(entry.name, entry.value);
    else if (entry.is === "function") functions += 1;
    else if (isOwn(entry)) own += 1;
    else {
      keys += 1;
      databases.add(entry.database);
      const path = entryPath("database", String(entry.database), entry.type);
      const { count, mayGo } = found.get(path) ?? { count: 0, mayGo: 0 };
      // Fields of a hash may have an expiry of their own, and the last one takes the hash with it.
      const goes = entry.dueMs !== null || expiringFields.has(entry.payload[0] ?? 0);
      found.set(path, { count: count + 1, mayGo: mayGo + (goes ? 1 : 0) });
    }
  }
  const number = (name: string): number | null => (notes.has(name) ? Number(notes.get(name)) : null);
  const writtenMs = number("ctime");
  const stated: Stated[] = [...found].map(([path, { count, mayGo }]) => ({
    path,
    kind: "keys",
    count,
    ...(mayGo > 0 ? { mayGo } : {}),
    ...(path === ownPath ? { own: 1 } : {}),
  }));
  return {
    facts: {
      format: number("rdb-version") ?? 0,
      serverVersion: notes.get("redis-ver") ?? null,
      writtenMs: writtenMs === null ? null : writtenMs * 1000,
      memory: number("used-mem"),
      keys,
      functions,
    },
    parts: [...databases].sort((a, b) => a - b).map(String),
    stated,
    leftOut: own === 0 ? [] : [`the key ${canaryKey}: where recovery keeps its own mark`],
  };
}

/** Where an inventory counts recovery's own mark. */
const ownPath = entryPath("database", "0", "string");
const expiringFields: ReadonlySet<number> = new Set([24, 25]);

function isOwn(entry: RdbEntry & { readonly is: "key" }): boolean {
  return entry.database === 0 && entry.key.toString("latin1") === canaryKey;
}

const factsSchema = z.object({ format: z.number(), memory: z.number().nullable() });

/** Why this server cannot take the file: of its databases, its format, or its size. */
export async function judgeRdb(ask: RedisCommands, source: PortableSource): Promise<readonly string[]> {
  const { format, memory } = factsSchema.parse(source.facts);
  const { name, parts } = source;
  const refusals: string[] = [];
  const databases = await configured(ask, "databases");
  const beyond = parts.filter((part) => Number(part) >= databases);
  if (beyond.length > 0)
    refusals.push(
      `redis: ${name} holds the database ${beyond.join(", ")}, and this server has ${databases}, from 0 on: move its keys in the old server first`,
    );
  const readable = await ownFormat(ask);
  if (readable !== null && format > readable)
    refusals.push(
      `redis: ${name} is of a newer Redis: its format is ${format}, and this server reads those up to ${readable}: pin a newer image of Redis, run ./kaleem up, and import again`,
    );
  const room = await configured(ask, "maxmemory");
  if (memory !== null && room > 0 && memory > room)
    refusals.push(
      `redis: ${name} took ${memory} bytes of memory where it was written, and this server may take ${room}: raise its memory limit first`,
    );
  return refusals;
}

async function configured(ask: RedisCommands, name: string): Promise<number> {
  const [, value] = bytesList(await ask("CONFIG", "GET", name));
  return Number(String(value));
}

/** As the end of a value says that the server dumps; null when there is none to look at. */
async function ownFormat(ask: RedisCommands): Promise<number | null> {
  await ask("SELECT", "0");
  const dumped = await ask("DUMP", canaryKey);
  return Buffer.isBuffer(dumped) && dumped.length > 10 ? dumped.readUInt16LE(dumped.length - 10) : null;
}

/**
 * Saves all databases as of one instant, and gives the file. What an earlier dump has left is no longer there. The password comes
 * first, and stands in no argument.
 */
const dumpScript = `set -eu
IFS= read -r REDISCLI_AUTH
export REDISCLI_AUTH
ask() { redis-cli -e -h 127.0.0.1 "$@"; }
persistence() { ask INFO persistence | tr -d '\\r'; }
trap 'rm -f /data/dump.rdb' EXIT
ask BGSAVE >&2
while persistence | grep -q '^rdb_bgsave_in_progress:1'; do sleep 0.2; done
persistence | grep -q '^rdb_last_bgsave_status:ok' || { echo 'redis: it could not save: see its log' >&2; exit 1; }
cat /data/dump.rdb`;

/** Redis' own save inside its task. */
export function dumpRdb(secrets: Readonly<Record<string, string>>): ToolCall {
  const password = secrets["password"] ?? "";
  if (password === "") throw new Error("redis: the secret password is missing or empty; run ./kaleem up");
  return { argv: ["sh", "-c", dumpScript], firstLine: password };
}

const atOnce = 200;
const bytesAtOnce = 8 * 1024 * 1024;

/** Empties the databases that the file has, but for recovery's own mark, and gives each key its value and its expiry by `RESTORE`. */
export async function loadRdb(ask: RedisCommands, source: PortableSource, file: string): Promise<void> {
  for (const part of source.parts) await empty(ask, part);
  let pending: Promise<unknown>[] = [];
  let bytes = 0;
  let database = -1;
  const settle = async (): Promise<void> => {
    await Promise.all(pending);
    [pending, bytes] = [[], 0];
  };
  for await (const entry of readRdb(createReadStream(file))) {
    if (entry.is === "function") await ask("FUNCTION", "LOAD", "REPLACE", entry.code);
    if (entry.is !== "key" || isOwn(entry)) continue;
    if (entry.database !== database) {
      await settle();
      await ask("SELECT", String((database = entry.database)));
    }
    const due = String(entry.dueMs ?? 0);
    const restored = ask("RESTORE", entry.key, due, entry.payload, "REPLACE", "ABSTTL");
    // One that fails while the file is read is told with its batch, and must not end the process before.
    restored.catch(() => undefined);
    pending.push(restored);
    bytes += entry.payload.length;
    if (pending.length >= atOnce || bytes >= bytesAtOnce) await settle();
  }
  await settle();
  await ask("SELECT", "0");
}

async function empty(ask: RedisCommands, database: string): Promise<void> {
  await ask("SELECT", database);
  let cursor = "0";
  do {
    const [next, page] = (await ask("SCAN", cursor, "COUNT", "500")) as [Buffer, unknown];
    const keys = bytesList(page).filter((key) => database !== "0" || key.toString("latin1") !== canaryKey);
    if (keys.length > 0) await ask("UNLINK", ...keys);
    cursor = next.toString();
  } while (cursor !== "0");
}
