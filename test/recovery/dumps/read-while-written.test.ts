import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { PassThrough, Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import { portableReader } from "../../../catalog/portable/read-portable.ts";
import { readWhileWritten, type ContentReader } from "../../../recovery/dumps/read-while-written.ts";

const rdb = readFileSync(new URL("../../fixtures/imports/dump.rdb", import.meta.url));

const read: ContentReader = (content) => {
  const reader = portableReader("redis");
  assert.ok(reader);
  return reader(content, "redis.rdb", { rename: {}, withoutUsers: false });
};

/** Takes what comes, slowly enough that its writer has to wait. */
function taker(): { output: Writable; taken: () => Buffer } {
  const pieces: Buffer[] = [];
  const output = new Writable({
    highWaterMark: 16,
    write(piece: Buffer, _encoding, done) {
      pieces.push(piece);
      setImmediate(done);
    },
  });
  return { output, taken: () => Buffer.concat(pieces) };
}

const writing =
  (...pieces: readonly Buffer[]) =>
  (to: Writable) =>
    pipeline(Readable.from(pieces), to, { end: false });

test("what is told of a dump is what went on, byte for byte", async () => {
  const { output, taken } = taker();
  const content = await readWhileWritten(writing(rdb.subarray(0, 100), rdb.subarray(100)), read, output);
  assert.equal(content.bytes, rdb.length);
  assert.equal(content.sha256, createHash("sha256").update(rdb).digest("hex"));
  assert.ok(content.stated.length > 0);
  assert.ok(taken().equals(rdb));
});

test("a dump that was cut off is none, although its writer ended well", async () => {
  await assert.rejects(
    readWhileWritten(writing(rdb.subarray(0, rdb.length - 20)), read, taker().output),
    /^Error: was cut off: it ends after \d+ bytes, in the middle|EndOfFile|was cut off/,
  );
});

test("a dump that its writer breaks off fails by the writer's own words", async () => {
  const breaking = async (to: Writable): Promise<void> => {
    await writing(rdb.subarray(0, 200))(to);
    throw new Error("mongodump failed with exit code 1: connection refused");
  };
  await assert.rejects(
    readWhileWritten(breaking, read, taker().output),
    /^Error: mongodump failed with exit code 1: connection refused$/,
  );
});

test("a dump of something else fails by what it is, and its writer is stopped", async () => {
  let stopped = false;
  const endless = async (to: Writable): Promise<void> => {
    const zeros = (function* () {
      for (;;) yield Buffer.alloc(4096);
    })();
    await pipeline(Readable.from(zeros), to, { end: false }).catch((error: unknown) => {
      stopped = true;
      throw error;
    });
  };
  await assert.rejects(readWhileWritten(endless, read, taker().output), (error: Error) => {
    assert.doesNotMatch(error.message, /premature/i);
    return true;
  });
  assert.equal(stopped, true);
});

test("a taker that goes away ends the dump", async () => {
  const output = new PassThrough({ highWaterMark: 16 });
  const gone = new Error("write EPIPE");
  setImmediate(() => output.destroy(gone));
  await assert.rejects(readWhileWritten(writing(rdb), read, output), /EPIPE/);
});
