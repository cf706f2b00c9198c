import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { HeadStore } from "../../../recovery/lineage/head-store.ts";
import type { Head } from "../../../recovery/lineage/head.ts";
import { FakeS3 } from "./fake-s3.ts";

const head: Head = {
  lineage: "prod-1",
  generation: 1,
  host: "machine-1",
  stack: "prod",
  parent: null,
  changedAt: "2026-11-21T12:00:00.000Z",
};
const keys = { accessKeyId: "ID", secretAccessKey: "hush-hush" };

let s3: FakeS3;
beforeEach(async () => {
  s3 = await FakeS3.start();
});
afterEach(() => s3.stop());

function bucket(prefix = "", timeoutMs = 2_000): Bucket {
  return new Bucket(
    { endpoint: s3.endpoint, bucket: "kaleem-backup", prefix, region: "auto" },
    keys,
    timeoutMs,
  );
}

async function failure(work: Promise<unknown>): Promise<RecoveryError> {
  const error: unknown = await work.then(
    () => assert.fail("it went well"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RecoveryError, String(error));
  assert.doesNotMatch(error.message, /hush/);
  return error;
}

describe("HeadStore", () => {
  it("reads nothing where there is none, and what was created", async () => {
    const store = new HeadStore(bucket());
    assert.equal(await store.read(), null);
    assert.equal(await store.create(head), true);
    assert.deepEqual((await store.read())?.head, head);
  });

  it("lets exactly one of twenty create it at once", async () => {
    const store = new HeadStore(bucket());
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.create({ ...head, host: `host-${index}` })),
    );
    assert.equal(results.filter(Boolean).length, 1);
    assert.equal((await store.read())?.head.host, `host-${results.indexOf(true)}`);
  });

  it("replaces only the version that was read", async () => {
    const store = new HeadStore(bucket());
    await store.create(head);
    const read = await store.read();
    assert.ok(read);
    assert.equal(await store.replace({ ...head, generation: 2 }, read.etag), true);
    assert.equal(await store.replace({ ...head, generation: 9 }, read.etag), false);
    assert.equal((await store.read())?.head.generation, 2);
  });

  it("does not replace one that is gone", async () => {
    assert.equal(await new HeadStore(bucket()).replace(head, '"1"'), false);
  });

  it("keeps to its prefix, and signs what it sends", async () => {
    await new HeadStore(bucket("stacks/prod")).create(head);
    const [request] = s3.requests;
    assert.ok(request);
    assert.equal(request.path, "/kaleem-backup/stacks/prod/lineage/head.json");
    assert.match(request.authorization, /^AWS4-HMAC-SHA256 Credential=ID\/\d{8}\/auto\/s3\//);
  });

  it("takes a head that it cannot understand for an error, never for none", async () => {
    for (const body of ["not json", '{"lineage":"x"}']) {
      s3.objects.set("/kaleem-backup/lineage/head.json", { body, version: 1 });
      const error = await failure(new HeadStore(bucket()).read());
      assert.match(
        error.message,
        /^The head record lineage\/head\.json in the bucket cannot be understood: do not remove it/,
      );
    }
  });
});

describe("Bucket", () => {
  it("says that the keys are refused", async () => {
    s3.refuse = { status: 403, code: "SignatureDoesNotMatch" };
    const error = await failure(bucket().get("kit/stack.yaml"));
    assert.equal(error.exitCode, exitCodes.offsiteRefused);
    assert.match(
      error.message,
      /^The off-site bucket kaleem-backup at http:\S+ refuses to read kit\/stack\.yaml \(403 SignatureDoesNotMatch\): check the offsite key pair and its rights\.$/,
    );
  });

  it("does not take a missing bucket for a missing object", async () => {
    s3.refuse = { status: 404, code: "NoSuchBucket" };
    // Begun one after the other: a second one that fails while the first is awaited would have nobody to tell.
    const works = [() => bucket().get("a"), () => bucket().put("a", "", "text/plain", { ifMatch: '"1"' })];
    for (const work of works) {
      const error = await failure(work());
      assert.equal(error.exitCode, exitCodes.offsiteRefused);
      assert.match(
        error.message,
        /^There is no bucket kaleem-backup at http:\S+: create it, or correct offsite\.bucket in the stack file\.$/,
      );
    }
  });

  it("says that the bucket does not answer: refused, silent or broken", async () => {
    s3.hang = true;
    const silent = await failure(bucket("", 300).get("a"));
    assert.match(
      silent.message,
      /does not answer \(no answer in time\): check the endpoint and the network\.$/,
    );
    s3.hang = false;
    s3.refuse = { status: 503, code: "SlowDown" };
    const broken = await failure(bucket().get("a"));
    assert.match(broken.message, /failed to read a \(503 SlowDown\): try again later\.$/);
    const gone = bucket();
    await s3.stop();
    const refused = await failure(gone.get("a"));
    assert.match(refused.message, /does not answer \(ECONNREFUSED\)/);
    for (const error of [silent, broken, refused]) assert.equal(error.exitCode, exitCodes.offsiteUnreachable);
    s3 = await FakeS3.start();
  });
});
