import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { TestFolder } from "../../../../recovery/agent/restore-test/test-folder.ts";

test("what restic unpacks is measured and placed by a rename; the folder is its owner's alone, and goes whole", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "kaleem-test-folder-"));
  t.after(() => rmSync(root, { recursive: true }));
  const folder = new TestFolder(join(root, "restore-test"), "/srv/points/current");
  mkdirSync(folder.path);
  writeFileSync(join(folder.path, "left by a killed one"), "");
  await folder.make();
  assert.equal(existsSync(join(folder.path, "left by a killed one")), false);
  assert.equal(statSync(folder.path).mode & 0o777, 0o700);
  assert.equal(folder.manifest, join(folder.path, "fetched/srv/points/current/manifest.json"));
  mkdirSync(join(dirname(folder.manifest), "files/mongo/journal"), { recursive: true });
  writeFileSync(join(dirname(folder.manifest), "files/mongo/journal/a"), "12345");
  const { mongo } = await folder.measure();
  assert.deepEqual([mongo?.files, mongo?.bytes], [1, 5]);
  await folder.place();
  assert.equal(readFileSync(join(folder.placed, "files/mongo/journal/a"), "utf8"), "12345");
  const { freeBytes, totalBytes } = await folder.space();
  assert.ok(freeBytes > 0 && freeBytes < totalBytes);
  await folder.clear();
  assert.equal(existsSync(folder.path), false);
});
