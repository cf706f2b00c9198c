import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fill } from "../../../operator/offsite/fill.ts";
import { pull } from "../../../operator/offsite/pull.ts";
import { renderPull } from "../../../operator/screens/render-pull.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { TestS3 } from "../../recovery/restic/test-s3.ts";

let s3: TestS3;
let directory: string;
let bucket: Bucket;
beforeEach(async () => {
  s3 = await TestS3.start();
  s3.pageSize = 2;
  directory = mkdtempSync(join(tmpdir(), "kaleem-pull-"));
  const location = { endpoint: s3.endpoint, bucket: s3.bucket, prefix: "prod", region: "auto" };
  bucket = new Bucket(location, { accessKeyId: "ID", secretAccessKey: "secret" });
  s3.objects.set("other/secret", Buffer.from("of another stack"));
  set("lineage/head.json", "head 1");
  set("restic/config", "config");
  set("restic/locks/abc", "a lock");
});
afterEach(async () => {
  await s3.stop();
  rmSync(directory, { recursive: true, force: true });
});

function set(key: string, content: string): void {
  s3.objects.set(`prod/${key}`, Buffer.from(content));
}

/** An object whose name is the digest of its content. */
function named(folder: string, content: string): string {
  const name = createHash("sha256").update(content).digest("hex");
  const key = folder === "data" ? `restic/data/${name.slice(0, 2)}/${name}` : `restic/${folder}/${name}`;
  set(key, content);
  return key;
}

const at = (key: string): string => readFileSync(join(directory, key), "utf8");

describe("pull", () => {
  it("brings what is new, whole and in an order in which nothing names what is not there", async () => {
    const keys = [named("snapshots", "s"), named("index", "i"), named("data", "p1"), named("data", "p2")];
    const first = await pull(bucket, { directory });
    assert.deepEqual([first.fetched, first.objects, first.gone, first.damaged], [6, 6, 0, []]);
    for (const key of keys) assert.ok(existsSync(join(directory, key)), key);
    assert.ok(!existsSync(join(directory, "restic/locks")));
    const read = s3.requests
      .filter(({ method, key }) => method === "GET" && key !== "")
      .map(({ key }) => key);
    const order = ["config", "data/", "data/", "index/", "snapshots/", "lineage/"];
    assert.ok(
      read.every((key, index) => key.includes(order[index] ?? "?")),
      read.join(),
    );
    s3.requests.length = 0;
    const extra = named("data", "p3");
    const second = await pull(bucket, { directory });
    assert.deepEqual([second.fetched, second.objects], [1, 7]);
    assert.deepEqual(
      s3.requests.filter(({ key }) => key !== "").map(({ key }) => key),
      [`prod/${extra}`],
    );
  });

  it("keeps what the bucket has lost until it is told otherwise, and the former content of what changed", async () => {
    const pack = named("data", "p1");
    await pull(bucket, { directory });
    s3.objects.delete(`prod/${pack}`);
    set("lineage/head.json", "head 2, by whoever stole the key");
    const report = await pull(bucket, { directory, now: () => new Date("2026-11-21T12:00:00Z") });
    assert.deepEqual([report.fetched, report.gone, report.removed], [1, 1, 0]);
    assert.equal(at(pack), "p1");
    assert.equal(at("former/20261121T120000Z/lineage/head.json"), "head 1");
    assert.match(renderPull(directory, "s3://b", report), /1 files that the bucket no longer has stay here/);
    assert.equal((await pull(bucket, { directory, removeGone: true })).removed, 1);
    assert.ok(!existsSync(join(directory, pack)));
    assert.equal(at("former/20261121T120000Z/lineage/head.json"), "head 1");
  });

  it("takes no content that is not what its name says, and no file that was altered here for a sound one", async () => {
    const [good, bad] = [named("data", "p1"), named("data", "p2")];
    await pull(bucket, { directory });
    set(good, "encrypted by somebody else");
    set(bad, "P2");
    const fresh = named("data", "p3");
    set(fresh, "not p3");
    const report = await pull(bucket, { directory });
    assert.deepEqual(report.damaged, [good, fresh].sort());
    assert.equal(at(good), "p1");
    assert.ok(!existsSync(join(directory, fresh)));
    writeFileSync(join(directory, bad), "xx");
    assert.ok(!(await pull(bucket, { directory })).damaged.includes(bad), "the sizes are alike");
    assert.ok((await pull(bucket, { directory, verify: true })).damaged.includes(bad));
  });

  it("goes on after a loss of the link, and reads the bucket anew when a prune was faster", async () => {
    const [index, pack] = [named("index", "i"), named("data", "p1")];
    s3.fault = ({ key }) => (key === `prod/${index}` ? { status: 403, code: "AccessDenied" } : null);
    await assert.rejects(pull(bucket, { directory }), /refuses to read restic\/index/);
    assert.ok(existsSync(join(directory, pack)));
    assert.deepEqual(
      readdirSync(directory, { recursive: true }).filter((name) => String(name).endsWith("partial")),
      [],
    );
    let gone = false;
    s3.fault = ({ method, key }) => {
      if (method !== "GET" || key !== `prod/${index}` || gone) return null;
      gone = true;
      s3.objects.delete(`prod/${index}`);
      named("index", "the one after it");
      return null;
    };
    const report = await pull(bucket, { directory });
    assert.ok(gone);
    assert.ok(!existsSync(join(directory, index)));
    assert.equal(report.gone, 0);
    truncateSync(join(directory, "restic/config"), 2);
    assert.equal((await pull(bucket, { directory })).fetched, 1);
  });

  it("can be brought into an empty bucket, whole, and into no other", async () => {
    named("data", "p1");
    named("snapshots", "s");
    await pull(bucket, { directory });
    set("lineage/head.json", "head 2");
    await pull(bucket, { directory });
    const at = (prefix: string): Bucket =>
      new Bucket(
        { endpoint: s3.endpoint, bucket: s3.bucket, prefix, region: "auto" },
        { accessKeyId: "ID", secretAccessKey: "secret" },
      );
    const keys = async (where: Bucket): Promise<string[]> =>
      (await where.list("")).map(({ key }) => key).filter((key) => !key.includes("/locks/"));
    assert.deepEqual(await fill(directory, at("new")), { objects: 4, sent: 4, bytesSent: 15 });
    assert.deepEqual(await keys(at("new")), await keys(bucket));
    assert.equal(s3.objects.get("new/lineage/head.json")?.toString(), "head 2");
    assert.equal((await fill(directory, at("new"))).sent, 1, "the head is always renewed");
    const empty = join(directory, "empty");
    mkdirSync(empty);
    s3.objects.set("taken/restic/config", Buffer.from("another"));
    await assert.rejects(
      fill(directory, at("taken")),
      /holds another repository already; nothing was written there/,
    );
    await assert.rejects(
      fill(empty, at("new")),
      /expected a copy that \.\/kaleem pull made, got no restic\/config/,
    );
  });

  it("writes nothing outside of its directory, whatever keys the bucket has", async () => {
    const inside = join(directory, "inside");
    for (const key of ["../escaped", "restic/../../escaped", "former/x", "kit/a.partial"]) set(key, "x");
    const report = await pull(bucket, { directory: inside });
    assert.deepEqual(report.damaged, ["../escaped", "former/x", "kit/a.partial", "restic/../../escaped"]);
    assert.deepEqual(readdirSync(directory), ["inside"]);
  });
});
