import assert from "node:assert/strict";
import { test } from "node:test";
import { adminEnvelope } from "../../../catalog/minio/admin-envelope.ts";

const text = '{"secretKey":"s","status":"enabled"}';
const seed = { salt: Buffer.alloc(32, 1), nonce: Buffer.alloc(8, 2) };

test("gives the very bytes that MinIO's own library opened with the password, and with no other", () => {
  assert.equal(
    adminEnvelope("root password", text, seed).toString("hex"),
    "0101010101010101010101010101010101010101010101010101010101010101" +
      "02" +
      "0202020202020202" +
      "d621edb3d3f5a73ca1b1cdca002b49abdc0901991a3f4b698b9f7296526efeb6ae736178" +
      "174ae498162edfec78d3f99bc55161f0",
  );
});

test("never seals one text alike twice, and shows nothing of it", () => {
  const [one, two] = [adminEnvelope("password", text), adminEnvelope("password", text)];
  assert.notDeepEqual(one, two);
  assert.notDeepEqual(one.subarray(0, 32), two.subarray(0, 32), "the salt");
  assert.notDeepEqual(one.subarray(33, 41), two.subarray(33, 41), "the nonce");
  assert.ok(!one.includes("secretKey"));
  assert.equal(one.length, 32 + 1 + 8 + text.length + 16);
});

test("depends on the password", () => {
  assert.notDeepEqual(adminEnvelope("one", text, seed), adminEnvelope("two", text, seed));
});

test("refuses a text that would need more than one piece", () => {
  adminEnvelope("password", "x".repeat(16_384));
  assert.throws(
    () => adminEnvelope("password", "x".repeat(16_385)),
    /^Error: minio: an admin call's body has 16385 bytes, more than 16384$/,
  );
});
