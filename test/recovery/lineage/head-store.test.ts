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
const headKey = "/kaleem-backup/lineage/head.json";
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
    const { nonce, ...read } = (await store.read())?.head ?? {};
    assert.deepEqual(read, head);
    assert.match(nonce ?? "", /^[0-9a-f-]{36}$/);
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

  for (const status of [500, 503, 0]) {
    const answered = status === 0 ? "not answered" : `answered ${status}`;
    it(`takes a write that was stored and ${answered} for won, and writes it once`, async () => {
      const store = new HeadStore(bucket("", 300));
      s3.storedBut = [status];
      assert.equal(await store.create(head), true);
      const read = await store.read();
      s3.storedBut = [status];
      assert.equal(await store.replace({ ...head, generation: 2 }, read?.etag ?? ""), true);
      assert.equal((await store.read())?.head.generation, 2);
      assert.equal(s3.asked("head.json").filter((method) => method === "PUT").length, 2);
    });
  }

  it("is beaten by the head that was really written, whatever its own write was answered", async () => {
    const store = new HeadStore(bucket());
    await store.create(head);
    const read = await store.read();
    await store.replace({ ...head, host: "machine-2" }, read?.etag ?? "");
    for (const failure of [[], [500], [409], [412], [429]]) {
      s3.failWrites = failure.map((status) => ({ status, code: "X" }));
      assert.equal(await store.replace({ ...head, host: "machine-3" }, read?.etag ?? ""), false);
      s3.failWrites = failure.map((status) => ({ status, code: "X" }));
      assert.equal(await store.create({ ...head, host: "machine-3" }), false);
    }
    assert.equal((await store.read())?.head.host, "machine-2");
  });

  it("is not beaten by an equal head of another one: the nonce tells them apart", async () => {
    const store = new HeadStore(bucket());
    assert.equal(await store.create(head), true);
    assert.equal(await store.create(head), false);
    assert.equal(await store.create({ ...head, nonce: "n" }), false);
  });

  for (const status of [409, 412, 429, 500, 503]) {
    it(`tries again what was answered ${status} while its condition holds`, async () => {
      const store = new HeadStore(bucket());
      s3.failWrites = [{ status, code: "X" }];
      assert.equal(await store.create(head), true);
      const read = await store.read();
      s3.failWrites = [{ status, code: "X" }];
      assert.equal(await store.replace({ ...head, generation: 2 }, read?.etag ?? ""), true);
      assert.equal((await store.read())?.head.generation, 2);
    });
  }

  it("takes a write that arrives after its time for its own", async () => {
    const store = new HeadStore(bucket("", 200));
    s3.storedLate = [350];
    assert.equal(await store.create(head), true);
    s3.storedLate = [];
    // Under one nonce, whatever an earlier attempt said is replaced.
    const read = await store.read();
    assert.equal(await store.create({ ...head, nonce: read?.head.nonce, generation: 4 }), true);
    assert.equal((await store.read())?.head.generation, 4);
  });

  it("says that it does not know, never that it lost, when the bucket goes away in mid-write", async () => {
    const store = new HeadStore(bucket("", 200));
    s3.storedBut = [500];
    s3.slowMs = 50;
    const write = failure(store.create(head));
    while (!s3.objects.has(headKey)) await new Promise((resolve) => setTimeout(resolve, 1));
    s3.hang = true;
    const error = await write;
    assert.equal(error.exitCode, exitCodes.offsiteUnreachable);
    assert.match(
      error.message,
      /^The off-site bucket kaleem-backup at http:\S+ did not say whether it wrote lineage\/head\.json \(500\), and it cannot be read now: .* The next run finds out which it was\.$/,
    );
  });

  it("says what is missing where conditional writes are refused, and never to try again later", async () => {
    for (const conditions of [
      { status: 501, code: "NotImplemented" },
      { status: 400, code: "InvalidArgument" },
    ]) {
      s3.conditions = conditions;
      const error = await failure(new HeadStore(bucket()).create(head));
      assert.equal(error.exitCode, exitCodes.offsiteRefused);
      assert.match(
        error.message,
        /refuses a conditional write of lineage\/head\.json \((501 NotImplemented|400 InvalidArgument)\): this service does not know If-None-Match and If-Match on a PUT/,
      );
    }
  });

  it("does not say that another one won where the service answers 412 to what holds", async () => {
    s3.failWrites = Array.from({ length: 3 }, () => ({ status: 412, code: "PreconditionFailed" }));
    const error = await failure(new HeadStore(bucket()).create(head));
    assert.equal(error.exitCode, exitCodes.offsiteRefused);
    assert.match(error.message, /answers 412 to a write of lineage\/head\.json although its condition holds/);
  });

  it("reads and keeps heads of before there was a nonce, a sequence and a newest point", async () => {
    s3.objects.set(headKey, { body: JSON.stringify(head), version: 7 });
    assert.deepEqual((await new HeadStore(bucket()).read())?.head, head);
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

  it("writes again what may be written twice, and removes without a fuss", async () => {
    s3.failWrites = [{ status: 500, code: "InternalError" }];
    assert.equal(await bucket().put("a", "1", "text/plain", { always: true }), true);
    await bucket().delete("a");
    await bucket().delete("a");
    assert.equal(await bucket().get("a"), null);
    s3.readOnly = true;
    assert.match((await failure(bucket().delete("a"))).message, /refuses to delete a \(403 AccessDenied\)/);
  });

  it("knows how far the bucket's clock is from this host's, and says so when the bucket refuses for it", async () => {
    for (const aheadMs of [0, 3_600_000, -86_400_000]) {
      s3.aheadMs = aheadMs;
      assert.equal(bucket().clockAheadMs, null);
      const here = bucket();
      await here.get("a");
      assert.ok(Math.abs((here.clockAheadMs ?? NaN) - aheadMs) < 2_000, String(here.clockAheadMs));
    }
    s3.refuse = { status: 403, code: "RequestTimeTooSkewed" };
    s3.aheadMs = 3_600_000;
    assert.match(
      (await failure(bucket().get("a"))).message,
      /\(403 RequestTimeTooSkewed\): this host's clock is 3(599|600|601) s behind the bucket's\. Set the clock of this host/,
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
