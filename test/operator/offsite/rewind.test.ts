import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { keepsVersions, listVersions } from "../../../operator/offsite/bucket-versions.ts";
import { planRewind, rewind, rewindTime } from "../../../operator/offsite/rewind.ts";
import { renderRewind } from "../../../operator/screens/render-rewind.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { TestS3 } from "../../recovery/restic/test-s3.ts";

let s3: TestS3;
let bucket: Bucket;
beforeEach(async () => {
  s3 = await TestS3.start();
  s3.versioned = true;
  s3.pageSize = 2;
  const location = { endpoint: s3.endpoint, bucket: s3.bucket, prefix: "prod", region: "auto" };
  bucket = new Bucket(location, { accessKeyId: "ID", secretAccessKey: "secret" });
});
afterEach(() => s3.stop());

const always = { always: true } as const;
const put = (key: string, body: string): Promise<boolean> => bucket.put(key, body, "text/plain", always);

/** An instant between what was done before and what comes. */
async function moment(): Promise<Date> {
  await delay(5);
  const now = new Date();
  await delay(5);
  return now;
}

const text = async (key: string): Promise<string | null> => (await bucket.get(key))?.body ?? null;

describe("rewind", () => {
  it("brings back what was removed or overwritten since, leaves what came, and can be done again", async () => {
    await put("restic/data/aa/one", "one");
    await put("restic/data/bb/two, with an odd & name", "two");
    await put("restic/index/i1", "i1");
    await put("restic/snapshots/gone-before", "x");
    await bucket.delete("restic/snapshots/gone-before");
    await put("restic/locks/l", "lock");
    const to = await moment();
    await put("restic/data/aa/one", "garbage");
    await bucket.delete("restic/data/bb/two, with an odd & name");
    await bucket.delete("restic/index/i1");
    await bucket.delete("restic/locks/l");
    await put("restic/data/cc/three", "three");
    assert.equal(await keepsVersions(bucket), true);
    const plan = planRewind(await listVersions(bucket), to);
    assert.deepEqual(
      plan.map(({ key, since, removals }) => [key, since, removals.length]),
      [
        ["restic/data/aa/one", "overwritten", 0],
        ["restic/data/bb/two, with an odd & name", "removed", 1],
        ["restic/index/i1", "removed", 1],
      ],
    );
    assert.match(
      renderRewind("b", to, plan),
      /^b: 3 objects, 8 B, come back .*: 2 were removed since, 1 were overwritten/,
    );
    assert.deepEqual(await rewind(bucket, plan), { returned: 3, problems: [] });
    assert.equal(await text("restic/data/aa/one"), "one");
    assert.equal(await text("restic/data/bb/two, with an odd & name"), "two");
    assert.equal(await text("restic/index/i1"), "i1");
    assert.equal(await text("restic/data/cc/three"), "three");
    assert.equal(await text("restic/snapshots/gone-before"), null);
    assert.deepEqual(
      planRewind(await listVersions(bucket), to).map(({ key }) => key),
      ["restic/data/aa/one"],
    );
  });

  it("sets no record back that a host has renewed since, and brings back the last one of what was removed", async () => {
    await put("lineage/head.json", "1");
    await put("catalogue/points.json", "1");
    const to = await moment();
    await put("lineage/head.json", "2");
    await put("catalogue/points.json", "2");
    await bucket.delete("catalogue/points.json");
    await rewind(bucket, planRewind(await listVersions(bucket), to));
    assert.equal(await text("lineage/head.json"), "2");
    assert.equal(await text("catalogue/points.json"), "2");
  });

  it("stores it once more where the marks of a removal may not be taken away, and names what it cannot bring back", async () => {
    await put("restic/data/aa/one", "one");
    await put("restic/data/bb/two", "two");
    const to = await moment();
    await bucket.delete("restic/data/aa/one");
    await bucket.delete("restic/data/bb/two");
    const plan = planRewind(await listVersions(bucket), to);
    s3.fault = ({ method, key }) =>
      method === "DELETE" || (method === "PUT" && key.endsWith("two"))
        ? { status: 403, code: "AccessDenied" }
        : null;
    assert.deepEqual(await rewind(bucket, plan), {
      returned: 1,
      problems: ["restic/data/bb/two: not brought back (403 AccessDenied)"],
    });
    assert.equal(await text("restic/data/aa/one"), "one");
  });

  it("takes a time in the past alone, in UTC", () => {
    const now = new Date("2026-11-21T12:00:00Z");
    assert.equal(rewindTime("2026-11-20T03:00Z", now).toISOString(), "2026-11-20T03:00:00.000Z");
    for (const wrong of [
      "2026-11-20",
      "2026-11-20T03:00",
      "2026-11-22T03:00Z",
      "yesterday",
      "2026-13-40T99:00Z",
    ])
      assert.throws(
        () => rewindTime(wrong, now),
        /^RecoveryError: --to: expected a time in the past, in UTC/,
      );
  });
});
