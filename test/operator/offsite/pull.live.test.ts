import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fill } from "../../../operator/offsite/fill.ts";
import { pull } from "../../../operator/offsite/pull.ts";
import { renderOffsiteCredentials } from "../../../contract/offsite-credentials.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { Restic } from "../../../recovery/restic/restic.ts";
import { TestS3 } from "../../recovery/restic/test-s3.ts";

const keys = { accessKeyId: "ID", secretAccessKey: "secret" };
let folder: string;
let s3: TestS3;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-pull-live-"));
  s3 = await TestS3.start({ keys });
  s3.pageSize = 3;
  writeFileSync(join(folder, "password"), "test-password");
  writeFileSync(join(folder, "keys"), renderOffsiteCredentials(keys));
  mkdirSync(join(folder, "data"));
});
after(async () => {
  await s3.stop();
  rmSync(folder, { recursive: true, force: true });
});

function resticAt(url: string): Restic {
  const credentials = url.startsWith("s3:") ? { credentialsFile: join(folder, "keys"), region: "auto" } : {};
  return new Restic(
    { url, passwordFile: join(folder, "password"), ...credentials },
    null,
    join(folder, "cache"),
  );
}

const bucketAt = (prefix: string): Bucket =>
  new Bucket({ endpoint: s3.endpoint, bucket: s3.bucket, prefix, region: "auto" }, keys);

describe("a copy of one's own", () => {
  it("is a repository that restic checks and restores from, after prunes too, and fills another bucket", async () => {
    const offsite = resticAt(`s3:${s3.endpoint}/${s3.bucket}/prod/restic`);
    const path = (name: string): string => join(folder, "data", name);
    await offsite.init();
    for (const name of ["a", "b", "c"]) writeFileSync(path(name), randomBytes(400_000));
    const first = await offsite.backup(join(folder, "data"), "prod-1", []);
    const directory = join(folder, "copy");
    await pull(bucketAt("prod"), { directory });
    unlinkSync(path("b"));
    writeFileSync(path("d"), randomBytes(400_000));
    const second = await offsite.backup(join(folder, "data"), "prod-1", []);
    await offsite.forget([first.snapshot]);
    await offsite.prune();
    const report = await pull(bucketAt("prod"), { directory, verify: true });
    assert.deepEqual(report.damaged, []);
    assert.ok(report.gone > 0, "what the prune took from the bucket is here still");
    const copy = resticAt(join(directory, "restic"));
    await copy.check("1/1");
    assert.equal((await copy.snapshots()).length, 2);
    await copy.restore(first.snapshot, join(folder, "target-1"));
    await copy.restore(second.snapshot, join(folder, "target-2"));
    assert.deepEqual(readFileSync(join(folder, "target-2", path("d"))), readFileSync(path("d")));
    assert.equal(readFileSync(join(folder, "target-1", path("b"))).length, 400_000);
    await fill(directory, bucketAt("again"));
    const filled = resticAt(`s3:${s3.endpoint}/${s3.bucket}/again/restic`);
    await filled.check("1/1");
    await filled.restore(second.snapshot, join(folder, "target-3"));
    assert.deepEqual(readFileSync(join(folder, "target-3", path("d"))), readFileSync(path("d")));
  });
});
