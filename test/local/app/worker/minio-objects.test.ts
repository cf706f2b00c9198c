import assert from "node:assert/strict";
import { test } from "node:test";
import { MinioObjects } from "../../../../local/app/worker/minio-objects.ts";
import { deadUrl, withLoopback, type FakeAnswer } from "../loopback.ts";

const settings = { user: "app", password: "s3cret", bucket: "receipts" };
const talk = <T>(answer: FakeAnswer, work: (objects: MinioObjects) => Promise<T>) =>
  withLoopback(
    () => answer,
    async (url, seen) => ({ result: await work(new MinioObjects({ ...settings, url })), seen }),
  );
const error = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`;

test("stores the bytes under the key, signed, with no password in the request", async () => {
  const body = Buffer.from("around {} around").subarray(7, 9);
  const { seen } = await talk({ status: 200 }, (objects) => objects.put("orders/1.json", body));
  const [request] = seen;
  assert.deepEqual([request?.method, request?.url, request?.body], ["PUT", "/receipts/orders/1.json", "{}"]);
  assert.match(
    request?.headers.authorization ?? "",
    /^AWS4-HMAC-SHA256 Credential=app\/\d{8}\/us-east-1\/s3\//,
  );
  assert.equal(request?.headers["content-type"], "application/json");
  assert.ok(!JSON.stringify(request).includes("s3cret"));
});

for (const [status, code, kind] of [
  [403, "SignatureDoesNotMatch", "refused"],
  [403, "AccessDenied", "refused"],
  [503, "SlowDown", "away"],
  [404, "NoSuchBucket", "away"],
  [507, "XMinioStorageFull", "away"],
  [400, "InvalidArgument", "failed"],
  [413, "EntityTooLarge", "failed"],
] as const) {
  test(`${status} ${code} is "${kind}": ${kind === "failed" ? "the object's own fault" : "not the object's fault"}`, async () => {
    await talk({ status, body: error(code) }, (objects) =>
      assert.rejects(objects.put("orders/1.json", Buffer.from("{}")), {
        store: "minio",
        kind,
        message: new RegExp(`${code}$`),
      }),
    );
  });
}

test("is ready when the bucket can be listed, not when it is refused or nobody listens", async () => {
  const { seen } = await talk({ status: 200 }, (objects) => objects.probe());
  assert.equal(seen[0]?.url, "/receipts?list-type=2&max-keys=1");
  await talk({ status: 403, body: error("InvalidAccessKeyId") }, (objects) =>
    assert.rejects(objects.probe(), { kind: "refused" }),
  );
  const nobody = new MinioObjects({ ...settings, url: await deadUrl() });
  await assert.rejects(nobody.probe(), { kind: "away", message: /^minio cannot be reached: .*ECONNREFUSED/ });
});
