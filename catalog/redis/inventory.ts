import { compareDotted } from "../inventory/compare-dotted.ts";
import { entryPath, type Inventory, type InventoryRequest } from "../inventory/inventory.ts";
import { NameSample } from "../inventory/name-sample.ts";
import { digestText, shorten } from "../inventory/options-text.ts";
import { InventoryRecorder } from "../inventory/recorder.ts";
import { hashOf } from "../inventory/set-digest.ts";
import { Tally } from "../inventory/tally.ts";
import { bytesList, type RedisCommands } from "./commands.ts";
import { readValue } from "./value-items.ts";

const keysAtOnce = 200;
const attempts = 3;

/** Set anew from the present configuration by every start and every restore. */
const ownUsers: ReadonlySet<string> = new Set(["default", "app"]);

/**
 * What Redis holds: of each database the keys by type, of which with an expiry and until when; functions; users and what they may,
 * without their passwords. A key's value is read type by type and in pages; beyond the limits one key in so many, chosen by its name.
 */
export async function redisInventory(ask: RedisCommands, request: InventoryRequest): Promise<Inventory> {
  const recorder = new InventoryRecorder("redis", request);
  const version = infoFields(await ask("INFO", "server")).get("redis_version") ?? "";
  const since = (wanted: string): boolean => compareDotted(version, wanted) >= 0;
  const work: Work = {
    ask,
    recorder,
    sample: new NameSample(request, recorder.takenAtMs, ["keys"]),
    expireTime: since("7.0"),
    fieldsExpire: since("7.4"),
  };
  const found = new Map<string, Found | null>();
  for (const name of infoFields(await ask("INFO", "keyspace")).keys()) {
    const database = /^db(\d+)$/.exec(name)?.[1];
    if (database !== undefined) found.set(database, await scanDatabase(work, database));
  }
  // Not before the last database: until then the sample may grow rarer.
  for (const [database, tallies] of found) addDatabase(work, database, tallies);
  await addUsers(ask, recorder);
  if (since("7.0")) await addLibraries(ask, recorder);
  return recorder.finish(version);
}

interface Work {
  readonly ask: RedisCommands;
  readonly recorder: InventoryRecorder;
  readonly sample: NameSample;
  readonly expireTime: boolean;
  readonly fieldsExpire: boolean;
}

/** What one database holds: keys by type, and fields of hashes that have an expiry of their own. */
interface Found {
  readonly keys: Map<string, Tally>;
  readonly fields: Tally;
}

/** Null when the keys could not be told one by one: a scan shows a key twice when the table is resized meanwhile. */
async function scanDatabase(work: Work, database: string): Promise<Found | null> {
  await work.ask("SELECT", database);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = Number(await work.ask("DBSIZE"));
    const found = await scanOnce(work);
    const seen = [...found.keys.values()].reduce((sum, { items }) => sum + items, 0);
    if (seen <= before) return found;
  }
  return null;
}

async function scanOnce(work: Work): Promise<Found> {
  const { ask, recorder } = work;
  const found: Found = { keys: new Map(), fields: new Tally(recorder.takenAtMs) };
  let cursor = "0";
  do {
    const [next, page] = (await ask("SCAN", cursor, "COUNT", String(keysAtOnce))) as [Buffer, unknown];
    await Promise.all(bytesList(page).map((key) => addKey(work, key, found)));
    cursor = next.toString();
  } while (cursor !== "0");
  return found;
}

async function addKey(work: Work, key: Buffer, found: Found): Promise<void> {
  const { ask, recorder, sample } = work;
  const [type, keyDueMs] = await Promise.all([ask("TYPE", key).then(String), dueOf(work, key)]);
  if (type === "none" || keyDueMs === null) return;
  const level = sample.levelOf(key);
  const content = sample.takes(level) ? await readValue(ask, key, type, work.fieldsExpire) : undefined;
  if (content === null) return;
  const dueMs = keyDueMs ?? content?.dueMs;
  let tally = found.keys.get(type);
  if (tally === undefined) found.keys.set(type, (tally = new Tally(recorder.takenAtMs)));
  if (content === undefined) {
    tally.add({ bytes: 0, dueMs, level });
    return;
  }
  sample.read(level, content.bytes);
  // Its expiry belongs to a key: one that was made to stay, or to go later, is not what it was.
  tally.add({ bytes: content.bytes, hash: hashOf(content.hash, String(dueMs ?? "stays")), dueMs, level });
  for (const field of content.fields) found.fields.add({ ...field, level });
}

/** Undefined for a key that stays, null for one that is gone. */
async function dueOf({ ask, expireTime }: Work, key: Buffer): Promise<number | undefined | null> {
  const answer = Number(await ask(expireTime ? "PEXPIRETIME" : "PTTL", key));
  if (answer === -2) return null;
  if (answer === -1) return undefined;
  return expireTime ? answer : Date.now() + answer;
}

function addDatabase({ recorder, sample }: Work, database: string, found: Found | null): void {
  if (found === null) {
    recorder.add(entryPath("database", database), { kind: "keys", count: null });
    return;
  }
  const facts = { sample: sample.sample, level: sample.level };
  for (const [type, tally] of found.keys) {
    const entry = tally.entry("keys", { ...facts, why: "keys with an expiry" });
    recorder.add(entryPath("database", database, type), entry);
  }
  if (found.fields.items === 0) return;
  const fields = found.fields.entry("fields", { ...facts, why: "fields with an expiry" });
  recorder.add(entryPath("database", database, "hash", "fields"), fields);
}

async function addUsers(ask: RedisCommands, recorder: InventoryRecorder): Promise<void> {
  for (const line of bytesList(await ask("ACL", "LIST"))) {
    const [, name = "", ...rules] = line.toString().split(" ");
    if (ownUsers.has(name)) {
      recorder.leaveOut(`user ${name}`, "set by the platform at every start and restore");
      continue;
    }
    // A rule that begins with # is the hash of a password.
    const shown = rules.filter((rule) => !rule.startsWith("#")).join(" ");
    recorder.add(entryPath("user", name), { kind: "users", options: { rules: shorten(shown) } });
  }
}

async function addLibraries(ask: RedisCommands, recorder: InventoryRecorder): Promise<void> {
  const libraries = (await ask("FUNCTION", "LIST", "WITHCODE")) as readonly (readonly unknown[])[];
  for (const facts of libraries) {
    const field = (name: string): string => {
      const at = facts.findIndex((one, index) => index % 2 === 0 && String(one) === name);
      return at < 0 ? "" : String(facts[at + 1]);
    };
    const options = { engine: field("engine"), code: digestText(field("library_code")) };
    recorder.add(entryPath("library", field("library_name")), { kind: "functions", options });
  }
}

function infoFields(answer: unknown): ReadonlyMap<string, string> {
  const lines = String(answer).split(/\r?\n/);
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const at = line.indexOf(":");
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
}
