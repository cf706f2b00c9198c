import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { BSON } from "mongodb";
import { readMongoArchive } from "../../../catalog/mongo/archive.ts";

const sample = gunzipSync(
  readFileSync(new URL("../../fixtures/imports/mongo-2025-10-01-0300.archive.gz", import.meta.url)),
);
const read = (bytes: Buffer, piece = 4_096) =>
  readMongoArchive(
    (async function* () {
      for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
    })(),
  );

test("mongodump's archive is read: server, collections, indexes, documents; in pieces of any size", async () => {
  const archive = await read(sample);
  assert.deepEqual(await read(sample, 7), archive);
  assert.equal(archive.serverVersion, "7.0.42");
  assert.equal(archive.oplogEntries, 0);
  assert.deepEqual(
    archive.collections
      .map(({ database, name, documents, indexes }) => [`${database}.${name}`, documents, ...indexes])
      .sort(),
    [
      ["kaleem_old.audit", 2, "_id_"],
      ["kaleem_old.customers", 20, "_id_", "email_1"],
      ["kaleem_old.empty", 0, "_id_"],
      ["kaleem_old.merchant.settings", 1, "_id_"],
      ["kaleem_old.orders", 300, "_id_", "by_customer"],
    ],
  );
});

test("an archive that was cut off anywhere is refused, at a block's end, too", async () => {
  // Behind its beginning every length is tried near the end, where a block ends; elsewhere some.
  const lengths = [
    0,
    3,
    4,
    60,
    1_000,
    5_000,
    ...Array.from({ length: 200 }, (_, back) => sample.length - 1 - back),
  ];
  for (const length of lengths)
    await assert.rejects(read(sample.subarray(0, length)), /^Error: was cut off: it /, String(length));
  const last = sample.lastIndexOf(Buffer.from("ffffffff", "hex"), sample.length - 5) + 4;
  await assert.rejects(
    read(sample.subarray(0, last)),
    /^Error: was cut off: it does not hold the end of kaleem_old\.\w+/,
  );
});

test("a byte that has changed is refused, by the collection's own checksum", async () => {
  const altered = Buffer.from(sample);
  const at = altered.indexOf(Buffer.from("customer\0")) + 14;
  altered[at] = (altered[at] ?? 0) ^ 1;
  await assert.rejects(
    read(altered),
    /^Error: has changed since it was written: the checksum of kaleem_old\.\w+ differs$/,
  );
});

test("a byte that has changed anywhere ends in a sentence of ours", async () => {
  for (let at = 0; at < sample.length; at += 1) {
    // Every byte of the beginning and of the last collection, some of what lies between.
    if (at > 2_500 && at < sample.length - 500 && at % 97 !== 0) continue;
    const altered = Buffer.from(sample);
    altered[at] = (altered[at] ?? 0) ^ 0x41;
    await read(altered).then(
      () => undefined,
      (error: unknown) => {
        assert.match(String(error), /^Error: (is|was|has) /, String(at));
      },
    );
  }
});

test("what is no archive is refused, and so is one without sense", async () => {
  await assert.rejects(read(Buffer.from("{ json: true }")), /^Error: is no archive of mongodump/);
  const senseless = Buffer.concat([sample.subarray(0, 4), Buffer.from("01000000", "hex")]);
  await assert.rejects(read(senseless), /^Error: is damaged at byte 4: no document is 1 bytes long$/);
});

test("documents of a collection that the beginning does not name are refused; an oplog's are counted", async () => {
  const terminator = Buffer.from("ffffffff", "hex");
  const appended = (header: BSON.Document, ...documents: readonly BSON.Document[]) =>
    Buffer.concat([
      sample,
      ...[header, ...documents].map((one) => Buffer.from(BSON.serialize(one))),
      terminator,
    ]);
  const header = { db: "stranger", collection: "things", EOF: false, CRC: 0 };
  await assert.rejects(
    read(appended(header, { a: 1 })),
    /^Error: is damaged: it has documents of stranger\.things, which its beginning does not name$/,
  );
  const oplog = await read(
    appended({ db: "", collection: "oplog", EOF: false, CRC: 0 }, { op: "i" }, { op: "d" }),
  );
  assert.equal(oplog.oplogEntries, 2);
});
