import assert from "node:assert/strict";
import { test } from "node:test";
import { dumpObjects } from "../../../catalog/minio/dump.ts";
import { statedByMirror } from "../../../catalog/minio/portable.ts";
import type { SignedCalls } from "../../../catalog/minio/signed-calls.ts";
import { readTar } from "../../../catalog/portable/tar.ts";

const version = (key: string, size: number, latest = true): string =>
  `<Version><Key>${encodeURIComponent(key)}</Key><VersionId>null</VersionId><IsLatest>${latest}</IsLatest><Size>${size}</Size></Version>`;

const listing: Readonly<Record<string, string>> = {
  shop: `${version("a/فاتورة 1.pdf", 3)}${version("a/فاتورة 1.pdf", 9, false)}${version("gone", 2)}<DeleteMarker><Key>deleted</Key><IsLatest>true</IsLatest></DeleteMarker>`,
  canary: version("canary", 1),
};

const call: SignedCalls = (path) => {
  if (path === "/")
    return Promise.resolve("<Bucket><Name>shop</Name></Bucket><Bucket><Name>canary</Name></Bucket>");
  return Promise.resolve(`<R>${listing[/^\/([^?]+)\?versions/.exec(path)?.[1] ?? ""] ?? ""}</R>`);
};

async function* download(path: string): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  if (path.endsWith("/gone")) throw new Error("minio: GET /shop/gone as root: NoSuchKey");
  if (path.includes("/admin/")) yield Buffer.from(`zip of ${path}`);
  // Replaced by a longer one since it was listed.
  else yield Buffer.from("longer");
}

test("the present version of each object, settings and users beside them; what goes meanwhile is left out", async () => {
  const names: string[] = [];
  for await (const file of readTar(dumpObjects({ call, download }))) {
    names.push(file.name);
    for await (const piece of file.content()) assert.ok(piece.length > 0);
  }
  assert.deepEqual(names, [
    "minio-settings/cluster-bucket-metadata.zip",
    "minio-settings/iam.zip",
    "minio/shop/a/فاتورة 1.pdf",
  ]);
});

test("what is dumped reads as a mirrored folder", async () => {
  const { parts, stated } = await statedByMirror(dumpObjects({ call, download }));
  assert.deepEqual(parts, ["shop"]);
  assert.equal(stated.find(({ path }) => path === "bucket/shop/objects")?.count, 1);
});

test("what MinIO refuses is a failure, and no shorter dump", async () => {
  const refusing = async function* (): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    throw new Error("minio: GET /minio/admin/v3/export-iam as root: AccessDenied");
  };
  await assert.rejects(async () => {
    for await (const piece of dumpObjects({ call, download: refusing })) assert.ok(piece.length > 0);
  }, /AccessDenied$/);
});
