import assert from "node:assert/strict";
import { test } from "node:test";
import { bucketPoints } from "../../bench/bucket-points.ts";
import { Bucket } from "../../recovery/lineage/bucket.ts";
import { PointCatalogue } from "../../recovery/point/point-catalogue.ts";
import { FakeS3 } from "../recovery/lineage/fake-s3.ts";

test("points of the bucket are dated by our clock, and one without its record is none", async (t) => {
  const s3 = await FakeS3.start();
  t.after(() => s3.stop());
  const bucket = new Bucket(
    { endpoint: s3.endpoint, bucket: "b", prefix: "p", region: "auto" },
    { accessKeyId: "ID", secretAccessKey: "secret" },
  );
  await assert.rejects(bucketPoints(bucket, 0), /the bucket has no list of points/);
  const point = (id: string, snapshot: string) => ({
    id,
    snapshot,
    lineage: "l",
    generation: 1,
    instant: "2026-11-21T14:05:00.000Z",
    stores: ["mongo"],
    bytes: 1,
  });
  const both = [point("20261121T140500Z-0000", "s1"), point("20261121T140500Z-0001", "s2")];
  await new PointCatalogue(bucket).renew(both, new Date());
  s3.objects.set("/b/p/restic/snapshots/s1", { body: "", version: 1 });
  s3.storedAt.set("/b/p/restic/snapshots/s1", "2026-11-21T14:06:00.000Z");
  s3.aheadMs = 0;
  const [first, ...rest] = await bucketPoints(bucket, 2_000);
  assert.deepEqual(rest, []);
  assert.equal(first?.id, "20261121T140500Z-0000");
  assert.equal(first.instant, Date.parse("2026-11-21T14:04:58.000Z"));
  assert.ok(Math.abs(first.storedAt - Date.parse("2026-11-21T14:06:00.000Z")) < 60_000);
});
