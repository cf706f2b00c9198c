import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { layout } from "../../../contract/layout.ts";
import { judgeBucketClock, judgePointClock, readClock } from "../../../recovery/lineage/clock.ts";
import { memoryHost } from "../point/memory-host.ts";

let host: ReturnType<typeof memoryHost>;
let lines: string[];
beforeEach(() => {
  host = memoryHost();
  lines = [];
});

const ports = () => ({ host, log: { line: (line: string) => void lines.push(line) } });
const instant = "2026-11-21T14:05:00.000Z";
const point = { id: "20261121T140500Z-1f3a", instant, copiedAt: [instant, "2026-11-21T14:05:02.000Z"] };
const metric = (job: string): string => host.files.get(`${layout.metrics}/kaleem-clock-${job}.prom`) ?? "";

describe("the clock", () => {
  it("says nothing while time goes on, and measures that", async () => {
    await judgePointClock(ports(), point, null);
    await judgePointClock(ports(), point, "2026-11-21T14:00:00.000Z");
    assert.deepEqual(lines, []);
    assert.match(metric("point"), /^backup_clock_went_back_seconds 0$/m);
    assert.deepEqual((await readClock(host)).point, { point: point.id, wentBackMs: 0 });
  });

  it("says, records and measures that it went back since the point before", async () => {
    await judgePointClock(ports(), point, "2026-11-21T15:05:00.000Z");
    assert.match(
      lines.join(),
      /^WARNING: this host's clock went back: point 20261121T140500Z-1f3a is dated 3600 s before the one before it \(2026-11-21T15:05:00\.000Z\)\. It is the newer one all the same/,
    );
    assert.match(metric("point"), /^backup_clock_went_back_seconds 3600$/m);
    assert.equal((await readClock(host)).point?.wentBackMs, 3_600_000);
    await judgePointClock(ports(), point, "2026-11-21T14:04:00.000Z");
    assert.match(metric("point"), /^backup_clock_went_back_seconds 0$/m);
  });

  it("refuses a point during whose copy it went back: its instant promises what its copies do not hold", async () => {
    await assert.rejects(
      judgePointClock(ports(), { ...point, copiedAt: [instant, "2026-11-21T14:04:50.000Z"] }, null),
      /^RecoveryError: No point: this host's clock went back by 10 s while 20261121T140500Z-1f3a was copied, so its instant is later than its copies\./,
    );
    assert.match(metric("point"), /^backup_clock_went_back_seconds 10$/m);
  });

  for (const [aheadMs, said] of [
    [59_000, null],
    [-59_000, null],
    [61_000, "61 s behind"],
    [-86_400_000, "86400 s ahead of"],
  ] as const) {
    it(`${said === null ? "keeps quiet" : "speaks"} when the bucket's is ${aheadMs / 1000} s ahead`, async () => {
      await judgeBucketClock(ports(), aheadMs);
      assert.equal(lines.length, said === null ? 0 : 1);
      if (said !== null)
        assert.ok(lines[0]?.startsWith(`WARNING: this host's clock is ${said} the bucket's`), lines[0]);
      assert.match(
        metric("bucket"),
        new RegExp(`^backup_clock_bucket_ahead_seconds ${aheadMs / 1000}$`, "m"),
      );
      assert.equal((await readClock(host)).bucket?.aheadMs, aheadMs);
    });
  }

  it("knows nothing of a bucket that tells no time, nor from a damaged record", async () => {
    await judgeBucketClock(ports(), null);
    assert.deepEqual(await readClock(host), { point: null, bucket: null });
    host.files.set(`${layout.agentState}/clock-bucket.json`, "{");
    assert.equal((await readClock(host)).bucket, null);
  });
});
