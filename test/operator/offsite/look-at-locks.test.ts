import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, it } from "node:test";
import { lockedPrefixes } from "../../../contract/layout.ts";
import { lookAtLocks } from "../../../operator/offsite/look-at-locks.ts";
import { renderLocks } from "../../../operator/screens/render-locks.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { TestS3 } from "../../recovery/restic/test-s3.ts";

const day = 24 * 3_600_000;
let s3: TestS3;
let bucket: Bucket;
beforeEach(async () => {
  s3 = await TestS3.start();
  const location = { endpoint: s3.endpoint, bucket: s3.bucket, prefix: "", region: "auto" };
  bucket = new Bucket(location, { accessKeyId: "ID", secretAccessKey: "secret" });
  for (const folder of ["data/aa", "snapshots", "keys"]) {
    const content = `of ${folder}`;
    const name = createHash("sha256").update(content).digest("hex");
    s3.objects.set(`restic/${folder}/${name}`, Buffer.from(content));
  }
  s3.objects.set("restic/config", Buffer.from("config"));
  s3.objects.set("kit/versions/0.yaml", Buffer.from("stack: 1"));
  s3.objects.set("drills/000001.json", Buffer.from("{}"));
  s3.objects.set("oplog/prod-1/1/2026-12-01/slice", Buffer.from("slice"));
  s3.objects.set(`images/blobs/sha256/${createHash("sha256").update("l").digest("hex")}`, Buffer.from("l"));
  s3.age(0);
});
afterEach(() => s3.stop());

const look = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await lookAtLocks(bucket, 14 * day, new Date())).map(({ prefix, state }) => [prefix, state]),
  );
const all = (state: string): Record<string, string> =>
  Object.fromEntries(lockedPrefixes.map((prefix) => [prefix, state]));

describe("the bucket's lock", () => {
  it("is found where it is, prefix by prefix, and nothing is changed by the look", async () => {
    const before = JSON.stringify([...s3.objects]);
    s3.lock = { prefixes: lockedPrefixes, forMs: 14 * day };
    assert.deepEqual(await look(), all("locked"));
    s3.lock = { prefixes: ["restic/data/"], forMs: 14 * day };
    assert.deepEqual(await look(), { ...all("not locked"), "restic/data/": "locked" });
    assert.equal(JSON.stringify([...s3.objects]), before);
    const text = renderLocks("b", await lookAtLocks(bucket, 14 * day, new Date()));
    assert.match(text, /restic\/data\/ +locked +restic\/data\/aa\/\w+ was not let be written over/);
    assert.match(text, /Whoever has this host's key can remove what is not locked/);
  });

  it("is not known where all is older than a lock holds, nor by a key pair that may not write", async () => {
    s3.readOnly = true;
    assert.deepEqual(await look(), all("unknown"));
    s3.readOnly = false;
    s3.age(15 * day);
    assert.deepEqual(await look(), all("unknown"));
    assert.ok(!s3.requests.slice(-lockedPrefixes.length - 1).some(({ method }) => method === "PUT"));
  });

  it("writes nothing over that is not what its name says", async () => {
    const damaged = [...s3.objects.keys()].find((key) => key.startsWith("restic/data/")) ?? "";
    s3.objects.set(damaged, Buffer.from("garbage"));
    assert.deepEqual(await look(), { ...all("not locked"), "restic/data/": "unknown" });
    assert.equal(s3.objects.get(damaged)?.toString(), "garbage");
  });

  it("is asked for where the bucket keeps versions, and nothing is tried there", async () => {
    s3.versioned = true;
    assert.deepEqual(await look(), all("not locked"));
    s3.objectLock = { mode: "COMPLIANCE", days: 7 };
    const [finding] = await lookAtLocks(bucket, 14 * day, new Date());
    assert.equal(finding?.how, "its object lock holds for 7 days, backups.lockFor says 14");
    s3.objectLock = { mode: "COMPLIANCE", days: 14 };
    assert.deepEqual(await look(), all("locked"));
    assert.ok(!s3.requests.some(({ method }) => method === "PUT"));
  });
});
