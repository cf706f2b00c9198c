import assert from "node:assert/strict";
import { test } from "node:test";
import { Crc64, mongoArchiveCrc, redisCrc } from "../../../catalog/portable/crc64.ts";

const digits = Buffer.from("123456789");

test("each checksum is the one that its format's own catalogue gives for 123456789", () => {
  assert.equal(new Crc64(mongoArchiveCrc).update(digits).value, 0x995dc9bbdf1939fan);
  assert.equal(new Crc64(redisCrc).update(digits).value, 0xe9c6d914c4b8d9can);
});

test("it is the same in pieces, and of nothing it is zero", () => {
  const crc = new Crc64(mongoArchiveCrc);
  for (const byte of digits) crc.update(Uint8Array.of(byte));
  assert.equal(crc.value, new Crc64(mongoArchiveCrc).update(digits).value);
  assert.equal(new Crc64(mongoArchiveCrc).value, 0n);
  assert.equal(new Crc64(redisCrc).value, 0n);
});
