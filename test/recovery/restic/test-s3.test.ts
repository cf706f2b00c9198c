import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { probeConditionalWrites } from "../../../recovery/lineage/probe-conditional-writes.ts";
import { TestS3 } from "./test-s3.ts";

let s3: TestS3;
let bucket: Bucket;
beforeEach(async () => {
  s3 = await TestS3.start();
  const location = { endpoint: s3.endpoint, bucket: s3.bucket, prefix: "", region: "auto" };
  bucket = new Bucket(location, { accessKeyId: "ID", secretAccessKey: "secret" }, 20_000);
});
afterEach(() => s3.stop());

const always = { always: true } as const;

async function code(work: Promise<unknown>): Promise<number> {
  const error: unknown = await work.then(
    () => assert.fail("it went well"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RecoveryError, String(error));
  return error.exitCode;
}

describe("an S3 server that misbehaves", () => {
  it("refuses what a lock holds, whatever the condition, and lets it go when it ends", async () => {
    s3.lock = { prefixes: ["kit/"], forMs: 60_000 };
    await bucket.put("kit/a", "1", "text/plain", { ifAbsent: true });
    assert.equal(await code(bucket.put("kit/a", "2", "text/plain", always)), exitCodes.objectLocked);
    assert.equal(await bucket.put("kit/a", "2", "text/plain", { ifAbsent: true }), false);
    const etag = (await bucket.get("kit/a"))?.etag ?? "";
    assert.equal(
      await code(bucket.put("kit/a", "2", "text/plain", { ifMatch: etag })),
      exitCodes.objectLocked,
    );
    assert.equal(await code(bucket.delete("kit/a")), exitCodes.objectLocked);
    await bucket.put("lineage/a", "1", "text/plain", always);
    await bucket.delete("lineage/a");
    s3.age(61_000);
    await bucket.delete("kit/a");
    assert.equal(await bucket.get("kit/a"), null);
  });

  it("settles a write whose answer was lost, below a lock too", async () => {
    s3.lock = { prefixes: ["kit/"], forMs: 60_000 };
    s3.storedBut500 = () => true;
    assert.equal(await bucket.put("kit/a", "1", "text/plain", { ifAbsent: true }), true);
  });

  it("is found out when it ignores or refuses conditions, and when the key pair may only read", async () => {
    for (const conditions of ["ignored", "refused"] as const) {
      s3.conditions = conditions;
      assert.equal(await code(probeConditionalWrites(bucket)), exitCodes.offsiteRefused);
    }
    s3.conditions = "honoured";
    await probeConditionalWrites(bucket);
    s3.readOnly = true;
    assert.equal(await code(bucket.put("a", "1", "text/plain", always)), exitCodes.offsiteRefused);
    assert.equal(await bucket.get("a"), null);
  });

  it("may be slow and by another clock, which is told", async () => {
    s3.slowMs = 300;
    s3.aheadMs = 3_600_000;
    await bucket.put("a b&c/é", "1", "text/plain", always);
    assert.ok(Math.abs((bucket.clockAheadMs ?? 0) - 3_600_000) < 30_000);
    const [object] = await bucket.list("a b");
    assert.equal(object?.key, "a b&c/é");
    assert.ok(object.storedAtMs > Date.now() + 3_000_000);
  });
});
