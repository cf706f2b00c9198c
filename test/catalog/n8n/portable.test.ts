import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { dumpDatabase, statedByDatabase } from "../../../catalog/n8n/portable.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-n8n-"));
const key = join(folder, "key");
const data = join(folder, "data");
let live: DatabaseSync;
before(() => {
  mkdirSync(data);
  writeFileSync(key, "Encryption-key-1");
  writeFileSync(join(data, "config"), "{}");
  live = new DatabaseSync(join(data, "database.sqlite"));
  live.exec("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE workflow (name TEXT)");
  live.exec("INSERT INTO workflow VALUES ('one'), ('two')");
});
after(() => {
  live.close();
  rmSync(folder, { recursive: true });
});

function dumped(): Buffer {
  const [, ...args] = dumpDatabase(data, key).argv;
  return execFileSync("sh", args, { input: "\n" });
}

async function* of(content: Buffer): AsyncGenerator<Buffer> {
  await Promise.resolve();
  yield content;
}

test("a dump has what lies in the log alone, the key beside it, and leaves nothing in n8n's folder", async () => {
  const content = dumped();
  await statedByDatabase(of(content));
  const loaded = mkdtempSync(join(folder, "loaded-"));
  execFileSync("tar", ["--extract", "--directory", loaded], { input: content });
  assert.deepEqual(readdirSync(loaded).sort(), ["config", "database.sqlite", "encryption-key"]);
  const copy = new DatabaseSync(join(loaded, "database.sqlite"));
  assert.equal(copy.prepare("SELECT count(*) AS count FROM workflow").get()?.["count"], 2);
  copy.close();
  assert.deepEqual(
    readdirSync(data).filter((name) => name.startsWith(".dump")),
    [],
  );
});

test("what a killed dump has left in n8n's folder goes with the next one", () => {
  mkdirSync(join(data, ".dump-1"));
  dumped();
  assert.deepEqual(
    readdirSync(data).filter((name) => name.startsWith(".dump")),
    [],
  );
});

test("an archive without its key, or with a database that is cut off, is refused", async () => {
  const archive = (...names: readonly string[]): Buffer =>
    execFileSync("tar", ["--create", "--directory", data, ...names.map((name) => `./${name}`)]);
  live.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  await assert.rejects(statedByDatabase(of(archive("database.sqlite"))), /it has no encryption-key$/);
  await assert.rejects(statedByDatabase(of(archive("config"))), /it has no database\.sqlite$/);
  const content = dumped();
  await assert.rejects(statedByDatabase(of(content.subarray(0, 2_000))), /was cut off/);
});
