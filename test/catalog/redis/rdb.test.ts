import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Crc64, redisCrc } from "../../../catalog/portable/crc64.ts";
import { statedByRdb } from "../../../catalog/redis/portable.ts";
import { readRdb, type RdbEntry } from "../../../catalog/redis/rdb.ts";

const sample = readFileSync(new URL("../../fixtures/imports/dump.rdb", import.meta.url));
async function* pieces(bytes: Buffer, piece: number) {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}
async function read(bytes: Buffer, piece = 4_096): Promise<readonly RdbEntry[]> {
  const entries: RdbEntry[] = [];
  for await (const entry of readRdb(pieces(bytes, piece))) entries.push(entry);
  return entries;
}
/** A file of these bytes after its version, with its end and checksum. */
function file(...body: readonly (number | string | Buffer)[]): Buffer {
  const bytes = body.map((one) => (typeof one === "number" ? Buffer.of(one) : Buffer.from(one as string)));
  const whole = Buffer.concat([Buffer.from("REDIS0012"), ...bytes, Buffer.of(0xff)]);
  const end = Buffer.alloc(8);
  end.writeBigUInt64LE(new Crc64(redisCrc).update(whole).value);
  return Buffer.concat([whole, end]);
}
const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);

test("a file that Redis saved is read: its databases, keys, types and expiries; in pieces of any size", async () => {
  const entries = await read(sample);
  assert.deepEqual(await read(sample, 1), entries);
  const keys = entries.flatMap((entry) => (entry.is === "key" ? [entry] : []));
  assert.deepEqual(
    keys
      .map(({ database, key, type, dueMs }) => `${database} ${String(key)} ${type} ${dueMs !== null}`)
      .sort(),
    [
      "0 customer:c1 hash false",
      "0 order:o1 string false",
      "0 queue:mail list false",
      "0 rank zset false",
      "0 session:1 string true",
      "0 stream stream false",
      "0 tags set false",
      "3 other string false",
    ],
  );
});

test("what it states is what an inventory tells, and recovery's own mark is not the file's", async () => {
  const { facts, parts, stated, leftOut } = await statedByRdb(pieces(sample, 100));
  assert.equal(facts.format, 12);
  assert.equal(facts.serverVersion, "8.0.6");
  assert.equal(facts.keys, 8);
  assert.deepEqual(parts, ["0", "3"]);
  assert.deepEqual(leftOut, []);
  assert.deepEqual(
    stated.find(({ path }) => path === "database/0/string"),
    { path: "database/0/string", kind: "keys", count: 2, mayGo: 1, own: 1 },
  );
  const own = await statedByRdb(pieces(file(0, text("kaleem:canary"), text("x")), 9));
  assert.deepEqual([own.parts, own.stated], [[], []]);
  assert.deepEqual(own.leftOut, ["the key kaleem:canary: where recovery keeps its own mark"]);
});

test("a value is handed over as DUMP gives it: type, bytes, version and checksum", async () => {
  const [entry] = (await read(file(0, text("k"), text("value")))).filter(({ is }) => is === "key");
  assert.ok(entry?.is === "key");
  const body = Buffer.concat([Buffer.of(0), text("value"), Buffer.of(12, 0)]);
  assert.deepEqual(entry.payload.subarray(0, -8), body);
  assert.equal(entry.payload.readBigUInt64LE(body.length), new Crc64(redisCrc).update(body).value);
});

test("keys are read in every encoding: numbers and packed text", async () => {
  // LZF: one literal, then a copy of twelve from one back.
  const packed = Buffer.from([0xc3, 5, 13, 0, 0x61, 0xe0, 3, 0]);
  const keys = (
    await read(
      file(
        0,
        Buffer.of(0xc0, 0xff),
        text("v"),
        0,
        Buffer.of(0xc1, 0x10, 0x27),
        text("v"),
        0,
        packed,
        text("v"),
      ),
    )
  ).flatMap((entry) => (entry.is === "key" ? [String(entry.key)] : []));
  assert.deepEqual(keys, ["-1", "10000", "a".repeat(13)]);
});

test("a file that was cut off anywhere, or has changed in any byte, is refused", async () => {
  for (let length = 0; length < sample.length; length += 1)
    await assert.rejects(
      read(sample.subarray(0, length)),
      /^Error: was cut off: it ends after/,
      String(length),
    );
  for (let at = 9; at < sample.length; at += 1) {
    const altered = Buffer.from(sample);
    altered[at] = (altered[at] ?? 0) ^ 0x10;
    await assert.rejects(read(altered), Error, String(at));
  }
});

test("what is no RDB file, goes on after its end, holds a module's data or an unknown encoding is refused in words", async () => {
  await assert.rejects(read(Buffer.from("*1\r\n$4\r\nPING\r\n")), /^Error: is no RDB file: it begins/);
  await assert.rejects(
    read(Buffer.concat([sample, Buffer.of(0)])),
    /^Error: goes on after its end at byte 376$/,
  );
  await assert.rejects(read(file(0xf7)), /^Error: holds data of a module, which only that module can load$/);
  await assert.rejects(
    read(file(99, text("k"))),
    /^Error: holds a value of the encoding 99 at byte 12, which/,
  );
});
