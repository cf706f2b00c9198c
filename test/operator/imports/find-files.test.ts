import assert from "node:assert/strict";
import { test } from "node:test";
import { findFiles, madeAt } from "../../../operator/imports/find-files.ts";

const file = (path: string, changed = "2025-01-01T00:00:00Z") => ({
  path,
  bytes: 5,
  changedMs: Date.parse(changed),
});

test("of what the former scripts left the newest of each store is taken, by the date in its name before its change", () => {
  const found = findFiles([
    file("/backups/mongo/mongo-2025-09-30-0300.archive.gz", "2026-01-01T00:00:00Z"),
    file("/backups/mongo/mongo-2025-10-01-0300.archive.gz"),
    file("/backups/rabbitmq/defs-2025-10-01.json"),
    file("/backups/redis/dump.rdb"),
    file("/backups/mongo/mongo.log"),
  ]);
  assert.deepEqual(
    found.newest.map(({ store, name }) => [store, name]),
    [
      ["mongo", "mongo-2025-10-01-0300.archive.gz"],
      ["redis", "dump.rdb"],
      ["rabbitmq", "defs-2025-10-01.json"],
    ],
  );
  assert.deepEqual(
    found.older.get("mongo")?.map(({ name }) => name),
    ["mongo-2025-09-30-0300.archive.gz"],
  );
});

test("only the stores that were asked for are taken, and what no import takes is told with what to do", () => {
  const found = findFiles(
    [
      file("/b/mongo/mongo-1.archive.gz"),
      file("/b/dump.rdb"),
      file("/b/qdrant/full-snapshot-2025-10-01.snapshot"),
      file("/b/n8n/n8n-sqlite-2025-10-01.tar.gz"),
      file("/b/minio/invoices/1.pdf"),
      file("/b/configs/configs-2025-10-01.tar.gz"),
    ],
    ["redis"],
  );
  assert.deepEqual(
    found.newest.map(({ store }) => store),
    ["redis"],
  );
  assert.deepEqual(
    found.notTaken.map(({ what, path }) => [what, path]),
    [
      ["qdrant snapshot", "/b/qdrant/full-snapshot-2025-10-01.snapshot"],
      ["n8n data", "/b/n8n/n8n-sqlite-2025-10-01.tar.gz"],
      ["configuration", "/b/configs/configs-2025-10-01.tar.gz"],
    ],
  );
});

test("the instant in a name is read in each way that the scripts wrote it, and what is none is not", () => {
  const at = (name: string): string | null => {
    const found = madeAt(name);
    return found === null ? null : new Date(found).toISOString().slice(0, 19);
  };
  assert.equal(at("mongo-2025-10-01-0300.archive.gz"), "2025-10-01T03:00:00");
  assert.equal(at("mongo-2025-10-01_03-04-05.archive.gz"), "2025-10-01T03:04:05");
  assert.equal(at("mongo-20251001T030405Z.archive.gz"), "2025-10-01T03:04:05");
  assert.equal(at("defs-2025-10-01.json"), "2025-10-01T00:00:00");
  assert.equal(at("defs-2025-13-45.json"), null);
  assert.equal(at("dump.rdb"), null);
});

test("a folder minio with a folder for each bucket is one find, as large as all that is in it", () => {
  const [found, ...more] = findFiles([
    file("/b/minio/README"),
    file("/b/minio/shop/1.pdf"),
    file("/b/minio/shop/minio/2.pdf", "2025-06-01T00:00:00Z"),
  ]).newest;
  assert.deepEqual(more, []);
  assert.deepEqual(
    [found?.store, found?.path, found?.bytes, found?.isFolder],
    ["minio", "/b/minio", 15, true],
  );
  assert.equal(found?.madeMs, Date.parse("2025-06-01T00:00:00Z"));
});
