import assert from "node:assert/strict";
import { test } from "node:test";
import { openResticKey, openResticText, poly1305 } from "../../../operator/kit/restic-key.ts";
import { FakeS3 } from "../../recovery/lineage/fake-s3.ts";
import { fillFormerBucket, formerPassword } from "./former-bucket.ts";

test("Poly1305 gives the tag of RFC 8439, 2.5.2", () => {
  const key = Buffer.from("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b", "hex");
  const tag = poly1305(
    Buffer.from("Cryptographic Forum Research Group"),
    key.subarray(0, 16),
    key.subarray(16),
  );
  assert.equal(tag.toString("hex"), "a8061dc1305136c6c22b8baf0c0127a9");
});

test("a repository that restic made opens with its password, down to its own record, and with no other", async () => {
  const s3 = await FakeS3.start();
  fillFormerBucket(s3, "b");
  await s3.stop();
  const [, key] = [...s3.objects].find(([path]) => path.startsWith("/b/restic/keys/")) ?? [];
  const config = s3.objects.get("/b/restic/config")?.bytes ?? Buffer.alloc(0);
  const opened = openResticKey(key?.body ?? "", formerPassword);
  assert.ok(opened);
  assert.match(String(openResticText(opened, config)), /^\{"version":2,"id":"32ee6e75/);
  const altered = Buffer.from(config);
  altered[40] = (altered[40] ?? 0) ^ 1;
  assert.equal(openResticText(opened, altered), null);
  assert.equal(openResticText(opened, config.subarray(0, 20)), null);
  assert.equal(openResticKey(key?.body ?? "", `${formerPassword}x`), null);
});
