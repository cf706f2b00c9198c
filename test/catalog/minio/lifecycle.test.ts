import assert from "node:assert/strict";
import { test } from "node:test";
import { lifecycleOf } from "../../../catalog/minio/lifecycle.ts";
import { versionsIn, type ObjectVersion } from "../../../catalog/minio/list-versions.ts";

const at = (text: string) => Date.parse(text);
const version = (more: Partial<ObjectVersion>): ObjectVersion => ({
  ...{
    key: "logs/a",
    id: "null",
    etag: "e",
    bytes: 1,
    modifiedMs: at("2026-11-21T10:00:00Z"),
    latest: true,
    deleteMarker: false,
  },
  ...more,
});
const rule = (inside: string, status = "Enabled") =>
  `<LifecycleConfiguration><Rule><Status>${status}</Status><Filter><Prefix>logs/</Prefix></Filter>${inside}</Rule></LifecycleConfiguration>`;

test("objects go at the midnight after their days, older versions after theirs, and only below the prefix", () => {
  const days = lifecycleOf(rule("<Expiration><Days>3</Days></Expiration>"));
  assert.equal(days.dueMs(version({}), undefined, 0), at("2026-11-25T00:00:00Z"));
  assert.equal(days.dueMs(version({ key: "other" }), undefined, 0), undefined);
  assert.equal(
    lifecycleOf(rule("<Expiration><Days>3</Days></Expiration>", "Disabled")).dueMs(version({}), undefined, 0),
    undefined,
  );
  const older = lifecycleOf(
    rule(
      "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>",
    ),
  );
  const superseded = at("2026-11-22T10:00:00Z");
  assert.equal(older.dueMs(version({}), undefined, 0), undefined);
  assert.equal(older.dueMs(version({ latest: false }), superseded, 1), undefined);
  assert.equal(older.dueMs(version({ latest: false }), superseded, 2), at("2026-11-24T00:00:00Z"));
});

test("a listing's odd names, versions and delete markers are read as they are", () => {
  const page =
    "<ListVersionsResult><Version><Key>a+b/%D8%AA%2Bx%26.txt</Key><LastModified>2026-11-21T10:00:00.000Z</LastModified>" +
    "<ETag>&#34;e1&#34;</ETag><Size>3</Size><IsLatest>true</IsLatest><VersionId>v1</VersionId></Version>" +
    "<DeleteMarker><Key>gone</Key><LastModified>2026-11-21T10:00:00.000Z</LastModified><IsLatest>true</IsLatest>" +
    "<VersionId>v2</VersionId></DeleteMarker></ListVersionsResult>";
  const [first, second] = versionsIn(page);
  assert.deepEqual(
    [first?.key, first?.etag, first?.bytes, first?.id, first?.deleteMarker],
    ["a b/ت+x&.txt", '"e1"', 3, "v1", false],
  );
  assert.deepEqual([second?.key, second?.deleteMarker, second?.latest], ["gone", true, true]);
});
