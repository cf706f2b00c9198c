import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { objectOf, selectBuckets, statedByMirror } from "../../../catalog/minio/portable.ts";

function mirror(...names: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-mirror-"));
  try {
    mkdirSync(join(folder, "minio"));
    for (const name of names) {
      mkdirSync(join(folder, "minio", dirname(name)), { recursive: true });
      writeFileSync(join(folder, "minio", name), name);
    }
    const bytes = execFileSync("tar", ["--create", "--directory", folder, "minio"]);
    return (async function* () {
      yield bytes;
    })();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("each folder below minio is a bucket, and what is below it an object; recovery's own bucket is left out", async () => {
  const { parts, stated, leftOut } = await statedByMirror(
    mirror("shop/a/1", "shop/2", "other/x", "canary/canary", "README"),
  );
  assert.deepEqual(parts, ["other", "shop"]);
  assert.deepEqual(stated.map(({ path, count }) => [path, count]).sort(), [
    ["bucket/other", undefined],
    ["bucket/other/contents", 1],
    ["bucket/other/objects", 1],
    ["bucket/shop", undefined],
    ["bucket/shop/contents", 2],
    ["bucket/shop/objects", 2],
  ]);
  assert.deepEqual(leftOut, [
    "types, metadata and policies: a mirrored folder has none",
    "the bucket canary: where recovery keeps its own marks",
    "1 files that lie in no bucket",
  ]);
});

test("one bucket of a folder is all that is held against it", async () => {
  const whole = await statedByMirror(mirror("shop/a/1", "shop-2/x"));
  const { parts, stated, missing, known } = selectBuckets(whole, ["shop", "gone"]);
  assert.deepEqual([parts, missing, known], [["shop"], ["gone"], ["shop", "shop-2"]]);
  assert.deepEqual(
    stated.map(({ path }) => path),
    ["bucket/shop", "bucket/shop/objects", "bucket/shop/contents"],
  );
});

test("MinIO's own directory is no mirror, and a folder by another name than a bucket's is told", async () => {
  await assert.rejects(statedByMirror(mirror(".minio.sys/format.json")), /^Error: is MinIO's own directory/);
  await assert.rejects(
    statedByMirror(mirror("shop/a/xl.meta")),
    /^Error: is MinIO's own directory and no mirror/,
  );
  await assert.rejects(
    statedByMirror(mirror("Shop_1/a")),
    /^Error: holds a folder Shop_1, which is no bucket's name$/,
  );
});

test("where an object goes is read from its path, wherever the folder lay", () => {
  assert.deepEqual(objectOf("/backups/minio/shop/a/b.pdf"), { bucket: "shop", key: "a/b.pdf" });
  assert.deepEqual(objectOf("minio/shop/minio/x"), { bucket: "shop", key: "minio/x" });
  assert.equal(objectOf("minio/file"), null);
});
