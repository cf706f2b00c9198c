import assert from "node:assert/strict";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";
import { openOrigin } from "../../../operator/imports/origin.ts";
import { readFiles } from "../../../operator/imports/read-files.ts";

const samples = new URL("../../fixtures/imports/", import.meta.url).pathname;
const archive = "mongo-2025-10-01-0300.archive.gz";
let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "kaleem-backups-"));
  for (const folder of ["mongo", "redis", "rabbitmq"]) mkdirSync(join(root, folder));
  copyFileSync(join(samples, archive), join(root, "mongo", archive));
  copyFileSync(join(samples, "dump.rdb"), join(root, "redis/dump.rdb"));
  copyFileSync(join(samples, "defs-2025-10-01.json"), join(root, "rabbitmq/defs-2025-10-01.json"));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

async function read(rename: Record<string, string> = {}, only: readonly string[] = []) {
  const origin = openOrigin(root);
  const taking = { rename, withoutUsers: false };
  return {
    ...(await readFiles(origin, { only, taking, tell: () => undefined })),
    close: () => origin.close(),
  };
}
const refused = async (
  sentence: string | RegExp,
  rename = {},
  only: readonly string[] = [],
): Promise<void> => {
  await assert.rejects(read(rename, only), (error: unknown) => {
    assert.ok(error instanceof Error);
    assert.ok(error.message.endsWith("\nNothing was imported."), error.message);
    const said = error.message.replaceAll(root, "/backups");
    if (typeof sentence === "string") assert.equal(said, `${sentence}\nNothing was imported.`);
    else assert.match(said, sentence);
    return true;
  });
};

test("a folder as the former scripts left it is read: what each file holds, its date and digest", async () => {
  const { files, sources } = await read({ kaleem_old: "kaleem" });
  assert.deepEqual(
    files.map(({ store, madeAt, version, holds, rename }) => ({ store, madeAt, version, holds, rename })),
    [
      {
        store: "mongo",
        madeAt: "2025-10-01T03:00:00.000Z",
        version: "7.0.42",
        holds: { collections: 5, indexes: 7, documents: 323 },
        rename: { kaleem_old: "kaleem" },
      },
      {
        store: "redis",
        madeAt: "2026-11-30T11:02:32.000Z",
        version: "8.0.6",
        holds: { keys: 8 },
        rename: {},
      },
      {
        store: "rabbitmq",
        madeAt: "2025-10-01T00:00:00.000Z",
        version: "4.3.6",
        holds: { vhosts: 2, exchanges: 1, queues: 2, bindings: 1, policies: 1, users: 1, permissions: 2 },
        rename: {},
      },
    ],
  );
  const redis = sources.find(({ store }) => store === "redis");
  assert.equal(redis?.bytes, 376);
  assert.match(redis.sha256, /^[0-9a-f]{64}$/);
  // What goes to the host's standard input is no way out for hashes.
  assert.doesNotMatch(JSON.stringify(sources), /idOBuZ0pgEMdwuz49pbAOCifOMQxd8iipDJTDDf3MJ4bukwO/);
});

test("every file that is cut off, damaged or of another kind is told at once, with the next older one", async () => {
  const older = "mongo-2025-09-30-0300.archive.gz";
  copyFileSync(join(samples, archive), join(root, "mongo", older));
  const whole = readFileSync(join(samples, archive));
  writeFileSync(join(root, "mongo", archive), whole.subarray(0, 3_000));
  writeFileSync(join(root, "redis/dump.rdb"), readFileSync(join(samples, "dump.rdb")).subarray(0, 100));
  writeFileSync(join(root, "rabbitmq/defs-2025-10-01.json"), "{");
  await refused(
    [
      `mongo: /backups/mongo/${archive} was cut off: get a whole one, or move it away to take the next older one, /backups/mongo/${older}`,
      "redis: /backups/redis/dump.rdb was cut off: it ends after 100 bytes, in the middle: get a whole one",
      "rabbitmq: /backups/rabbitmq/defs-2025-10-01.json is no JSON, or was cut off: get a whole one",
    ].join("\n"),
  );
});

test("an archive whose packing is whole and whose content is not, and one that is not packed, are told apart", async () => {
  writeFileSync(join(root, "mongo", archive), gzipSync(Buffer.from("not an archive")));
  await refused(/^mongo: \S+ is no archive of mongodump: it begins with something else: /);
  writeFileSync(join(root, "mongo", archive), "no gzip at all");
  await refused(/^mongo: \S+ is damaged, or is no gzip file: get a whole one/);
});

test("an archive that is not packed is read as it is", async () => {
  rmSync(join(root, "mongo", archive));
  const { gunzipSync } = await import("node:zlib");
  writeFileSync(
    join(root, "mongo/mongo-2025-10-01.archive"),
    gunzipSync(readFileSync(join(samples, archive))),
  );
  const { files } = await read({}, ["mongo"]);
  assert.equal(files[0]?.holds["documents"], 323);
});

test("definitions that cannot be imported anywhere are refused before the host is asked", async () => {
  const path = join(root, "rabbitmq/defs-2025-10-01.json");
  writeFileSync(path, readFileSync(path, "utf8").replace("hashing_sha256", "hashing_md5"));
  await refused(
    /^rabbitmq: defs-2025-10-01\.json: the password of kaleem is hashed by rabbit_password_hashing_md5, /,
  );
});

test("a mirrored folder is read as one file, its objects counted and hashed", async () => {
  mkdirSync(join(root, "minio/shop/2025"), { recursive: true });
  writeFileSync(join(root, "minio/shop/2025/فاتورة.pdf"), "content");
  const { files, sources, close } = await read({}, ["minio"]);
  assert.deepEqual(files[0]?.holds, { buckets: 1, objects: 1, contents: 1 });
  assert.deepEqual(sources[0]?.parts, ["shop"]);
  await close();
});

test("a database to be renamed that no file holds, an unknown store, and a store without a file are told", async () => {
  await refused("--rename: no file here holds a database shop; there is kaleem_old", { shop: "kaleem" });
  await refused("--store: expected mongo, redis, rabbitmq, qdrant, minio, got nginx", {}, ["nginx"]);
  rmSync(join(root, "redis/dump.rdb"));
  await refused(/^import: \/backups holds no file of redis: expected names such as/, {}, ["redis"]);
});

test("a folder without any file, one that is not there, and links are no origin", async () => {
  for (const folder of ["mongo", "redis", "rabbitmq"]) rmSync(join(root, folder), { recursive: true });
  symlinkSync(samples, join(root, "link"));
  await refused(
    /^import: \/backups holds no file of mongo, redis, rabbitmq, qdrant, minio: expected names such as/,
  );
  await assert.rejects(
    openOrigin(join(root, "nowhere")).list(),
    /^RecoveryError: --from: there is no folder/,
  );
});
