import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { ensureConditionalWrites, knownBucketPath } from "../../../recovery/lineage/known-bucket.ts";
import { memoryHost } from "../point/memory-host.ts";
import { FakeS3 } from "./fake-s3.ts";

let s3: FakeS3;
let host: ReturnType<typeof memoryHost>;
let lines: string[];
beforeEach(async () => {
  s3 = await FakeS3.start();
  host = memoryHost();
  lines = [];
});
afterEach(() => s3.stop());

function bucket(change: { prefix?: string; accessKeyId?: string; endpoint?: string } = {}): Bucket {
  const { prefix = "", accessKeyId = "ID", endpoint = s3.endpoint } = change;
  const location = { endpoint, bucket: "kaleem-backup", prefix, region: "auto" };
  return new Bucket(location, { accessKeyId, secretAccessKey: "hush-hush" }, 1_000);
}

function ensure(change: Parameters<typeof bucket>[0] = {}): Promise<void> {
  return ensureConditionalWrites(host, bucket(change), { line: (line) => void lines.push(line) });
}

async function refusal(): Promise<RecoveryError> {
  const error: unknown = await ensure().then(
    () => assert.fail("it was found good"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RecoveryError, String(error));
  assert.doesNotMatch(error.message, /hush/);
  assert.equal(host.files.has(knownBucketPath), false, "a failure is not kept");
  return error;
}

describe("ensureConditionalWrites", () => {
  it("finds a service that honours them good, leaves nothing behind and keeps no key", async () => {
    await ensure();
    assert.equal(s3.objects.size, 0);
    assert.ok(s3.requests.every(({ path }) => path.startsWith("/kaleem-backup/lineage/probe-")));
    assert.doesNotMatch(host.files.get(knownBucketPath) ?? "", /ID|hush/);
  });

  it("tries once, and again for another endpoint, prefix or key pair, or when what it kept is damaged", async () => {
    const asked = async (change: Parameters<typeof bucket>[0] = {}): Promise<boolean> => {
      const before = s3.requests.length;
      await ensure(change);
      return s3.requests.length > before;
    };
    assert.equal(await asked(), true);
    assert.equal(await asked(), false);
    assert.equal(await asked({ endpoint: `${s3.endpoint}/` }), false);
    assert.equal(await asked({ accessKeyId: "OTHER" }), true);
    assert.equal(await asked({ prefix: "prod" }), true);
    assert.equal(await asked({ prefix: "prod" }), false);
    assert.equal(await asked({ endpoint: s3.endpoint.replace("127.0.0.1", "localhost") }), true);
    host.files.set(knownBucketPath, "{");
    assert.equal(await asked(), true);
  });

  it("names a service that ignores them, with everything that is missing", async () => {
    s3.conditions = "ignored";
    const error = await refusal();
    assert.equal(error.exitCode, exitCodes.offsiteRefused);
    assert.match(
      error.message,
      /^The off-site bucket kaleem-backup at http:\S+ does not do the conditional writes that keep two hosts from writing at once: If-None-Match: \* over an object is ignored \(200 where 412 must be\); If-Match with another version's tag is ignored \(200 where 412 must be\); of 4 writes at once with If-None-Match: \* 4 were stored\. Use a service that does, such as Amazon S3, Cloudflare R2 or MinIO, and correct offsite in the stack file\.$/,
    );
    assert.equal(s3.objects.size, 0);
  });

  it("names a service that refuses them", async () => {
    for (const conditions of [
      { status: 501, code: "NotImplemented" },
      { status: 400, code: "InvalidArgument" },
    ]) {
      s3.conditions = conditions;
      const error = await refusal();
      assert.equal(error.exitCode, exitCodes.offsiteRefused);
      assert.match(
        error.message,
        /: If-None-Match: \* where nothing is is refused \((501 NotImplemented|400 InvalidArgument)\)\. Use a service that does/,
      );
    }
  });

  it("names a service that looks first and writes later: of several at once more than one wins", async () => {
    s3.conditions = "racy";
    assert.match(
      (await refusal()).message,
      /at once: of 4 writes at once with If-None-Match: \* [234] were stored\. Use/,
    );
    assert.equal(s3.objects.size, 0);
  });

  it("takes rights, the region and an outage for what they are", async () => {
    s3.readOnly = true;
    const readOnly = await refusal();
    assert.equal(readOnly.exitCode, exitCodes.offsiteRefused);
    assert.match(
      readOnly.message,
      /refuses to write lineage\/probe-\S+ \(403 AccessDenied\): check the offsite key pair and its rights\.$/,
    );
    s3.readOnly = false;
    s3.refuse = { status: 400, code: "AuthorizationHeaderMalformed" };
    assert.match(
      (await refusal()).message,
      /write lineage\/probe-\S+ got 400 AuthorizationHeaderMalformed\.$/,
    );
    s3.refuse = { status: 503, code: "InternalError" };
    assert.equal((await refusal()).exitCode, exitCodes.offsiteUnreachable);
  });

  it("waits where a service takes one write a second, and is slow", async () => {
    s3.failWrites = [{ status: 429, code: "TooManyRequests" }];
    s3.slowMs = 20;
    await ensure();
    assert.ok(host.files.has(knownBucketPath));
  });

  it("finds a key pair good that may not remove, and says what stays", async () => {
    s3.keepsAll = true;
    await ensure();
    assert.equal(s3.objects.size, 2);
    assert.match(
      lines[0] ?? "",
      /^lineage\/probe-\S+ stays in the bucket: this key pair may not remove it; it is not needed$/,
    );
  });
});
