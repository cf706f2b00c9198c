import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { bucketLayout } from "../../../contract/layout.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { newestSealedFile, renderNote } from "../../../recovery/lineage/newest-sealed-file.ts";
import { FakeS3 } from "./fake-s3.ts";

let s3: FakeS3;
let bucket: Bucket;
beforeEach(async () => {
  s3 = await FakeS3.start();
  const location = { endpoint: s3.endpoint, bucket: "b", prefix: "", region: "auto" };
  bucket = new Bucket(location, { accessKeyId: "ID", secretAccessKey: "s" });
  const put = (name: string, body: string, at: string): void => {
    s3.objects.set(`/b/kit/versions/${name}`, { body, version: 1 });
    s3.storedAt.set(`/b/kit/versions/${name}`, at);
  };
  put("a.age", "former", "2026-11-20T12:00:00.000Z");
  put("b.age", "newest", "2026-11-22T12:00:00.000Z");
  put("c.age", "middle", "2026-11-21T12:00:00.000Z");
  put("d.yaml", "no sealed one", "2026-11-23T12:00:00.000Z");
});
afterEach(() => s3.stop());
const note = (body: string): void =>
  void s3.objects.set(`/b/${bucketLayout.newestSealedFile}`, { body, version: 1 });

describe("the newest sealed stack file", () => {
  it("is the one that the note names, without a listing", async () => {
    note(renderNote("kit/versions/c.age"));
    assert.deepEqual(await newestSealedFile(bucket), { key: "kit/versions/c.age", body: "middle" });
    assert.ok(s3.requests.every(({ path }) => !path.includes("list-type")));
  });

  it("is the one stored last where the note is lost, altered, or names nothing that is there", async () => {
    const newest = { key: "kit/versions/b.age", body: "newest" };
    assert.deepEqual(await newestSealedFile(bucket), newest);
    for (const body of ["{", "{}", renderNote("kit/versions/none.age"), renderNote("restic/config")]) {
      note(body);
      assert.deepEqual(await newestSealedFile(bucket), newest, body);
    }
  });

  it("is none where none was ever shipped", async () => {
    for (const path of s3.objects.keys()) if (path.endsWith(".age")) s3.objects.delete(path);
    assert.equal(await newestSealedFile(bucket), null);
  });
});
