import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { lockedPrefixes } from "../../../contract/layout.ts";
import { exitCodes } from "../../../contract/exit-codes.ts";
import { attackBucket, judgeAttack, type Attack } from "../../../drill/scenarios/attack-bucket.ts";
import { demandLock } from "../../../drill/scenarios/demand-lock.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { FakeS3 } from "../../recovery/lineage/fake-s3.ts";

let s3: FakeS3;
let bucket: Bucket;
beforeEach(async () => {
  s3 = await FakeS3.start();
  bucket = new Bucket(
    { endpoint: s3.endpoint, bucket: "b", prefix: "", region: "auto" },
    { accessKeyId: "ID", secretAccessKey: "secret" },
  );
  for (const key of [
    "restic/config",
    "restic/data/aa/bb",
    "restic/index/cc",
    "lineage/head.json",
    "drills/000001.json",
  ])
    s3.objects.set(`/b/${key}`, { body: "{}", version: 1 });
});
afterEach(() => s3.stop());
const lock = (...prefixes: readonly string[]) => {
  s3.locked = (path) => prefixes.some((prefix) => path.startsWith(`/b/${prefix}`));
};
const nothing: Attack = { removed: [], overwritten: [], held: [], refused: [] };

describe("an attack on a bucket with the host's keys", () => {
  it("destroys what no lock holds, and nothing else", async () => {
    lock(...lockedPrefixes);
    const attack = await attackBucket(bucket);
    assert.deepEqual(attack, {
      ...nothing,
      removed: ["lineage/head.json", "restic/index/cc"],
      held: ["drills/000001.json", "restic/config", "restic/data/aa/bb"],
    });
    assert.deepEqual(judgeAttack(attack), []);
    assert.deepEqual([...s3.objects.keys()].sort(), [
      "/b/drills/000001.json",
      "/b/restic/config",
      "/b/restic/data/aa/bb",
    ]);
    assert.equal(s3.objects.get("/b/restic/config")?.body, "{}");
  });

  it("overwrites what it may not remove", async () => {
    s3.keepsAll = true;
    assert.equal((await attackBucket(bucket)).overwritten.length, 5);
    assert.equal(s3.objects.get("/b/restic/config")?.body, "Your data is ours now.\n");
  });

  it("by keys that only read destroys nothing, which proves nothing", async () => {
    s3.readOnly = true;
    const attack = await attackBucket(bucket);
    assert.equal(attack.refused.length, 5);
    assert.deepEqual(judgeAttack(attack), [
      "the attack destroyed nothing in the bucket: nothing was proven",
      "the bucket's lock held nothing: there is nothing to come back from",
    ]);
  });

  const removed: [Partial<Attack>, string][] = [
    [
      { removed: ["lineage/head.json", "restic/data/aa", "restic/data/bb"], held: ["restic/config"] },
      "the bucket's lock did not hold restic/data/aa and 1 more: removed with the host's keys",
    ],
    [
      { overwritten: ["kit/versions/1"], held: ["restic/config"] },
      "the bucket's lock did not hold kit/versions/1: overwritten with the host's keys",
    ],
  ];
  for (const [attack, cause] of removed)
    it(`is judged: ${cause}`, () => {
      assert.deepEqual(judgeAttack({ ...nothing, ...attack }), [cause]);
    });

  it("is not made on a bucket without a lock: there would be nothing to come back from", async () => {
    for (const key of s3.objects.keys()) s3.storedAt.set(key, new Date().toISOString());
    await assert.rejects(demandLock(bucket, "drill", new Date()), (error: Error & { exitCode?: number }) => {
      assert.equal(error.exitCode, exitCodes.usage);
      assert.match(
        error.message,
        /^stack drill: its bucket has no lock on .*restic\/config.*Nothing was destroyed\.$/,
      );
      return true;
    });
    assert.equal(s3.objects.size, 5);
    lock(...lockedPrefixes);
    await demandLock(bucket, "drill", new Date());
  });
});
