import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { entryPath } from "../inventory/inventory.ts";
import { hashOf, SetDigest } from "../inventory/set-digest.ts";
import type { PortableSource, SelectedParts } from "../portable/portable.ts";
import { statedBelow } from "../portable/stated.ts";
import { readTar, type TarFile } from "../portable/tar.ts";
import { listVersions } from "./list-versions.ts";
import type { SignedCalls } from "./signed-calls.ts";
import { textOf } from "./xml.ts";

/** Where recovery keeps its own marks. */
const ownBucket = "canary";
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const partBytes = 16 * 1024 * 1024;
const putLimitMs = 120_000;
const deletesAtOnce = 16;

/** Where an object of a mirrored folder goes; null for what lies in no bucket. Pure. */
export function objectOf(name: string): { readonly bucket: string; readonly key: string } | null {
  const [, bucket, key] = /(?:^|\/)minio\/([^/]+)\/(.+)$/.exec(name) ?? [];
  return bucket === undefined || key === undefined ? null : { bucket, key };
}

/** Reads a mirrored folder, as a tar archive, to its end. @throws Error, a sentence's part, as `readTar` does */
export async function statedByMirror(
  source: AsyncIterable<Uint8Array>,
): Promise<Pick<PortableSource, "parts" | "stated" | "leftOut">> {
  const buckets = new Map<string, SetDigest>();
  let [own, stray] = [0, 0];
  for await (const file of readTar(source)) {
    const hash = createHash("sha256");
    for await (const piece of file.content()) hash.update(piece);
    const object = objectOf(file.name);
    if (object === null) stray += 1;
    else if (object.bucket === ownBucket) own += 1;
    else {
      judgeObject(object);
      let digest = buckets.get(object.bucket);
      if (digest === undefined) buckets.set(object.bucket, (digest = new SetDigest()));
      digest.add(hashOf(object.key, "null", hash.digest()), file.size);
    }
  }
  const leftOut = ["types, metadata and policies: a mirrored folder has none"];
  if (own > 0) leftOut.push(`the bucket ${ownBucket}: where recovery keeps its own marks`);
  if (stray > 0) leftOut.push(`${stray} files that lie in no bucket`);
  const stated = [...buckets].flatMap(([bucket, { count, sum }]) => [
    { path: entryPath("bucket", bucket), kind: "buckets" },
    { path: entryPath("bucket", bucket, "objects"), kind: "objects", count },
    { path: entryPath("bucket", bucket, "contents"), kind: "contents", count, sum },
  ]);
  return { parts: [...buckets.keys()].sort(), stated, leftOut };
}

function judgeObject({ bucket, key }: { readonly bucket: string; readonly key: string }): void {
  if (bucket === ".minio.sys" || key.endsWith("/xl.meta"))
    throw new Error("is MinIO's own directory and no mirror of it: mirror the buckets with `mc mirror`");
  if (!bucketName.test(bucket)) throw new Error(`holds a folder ${bucket}, which is no bucket's name`);
}

/** Why these buckets cannot be replaced here. */
export async function judgeMirror(call: SignedCalls, { parts }: PortableSource): Promise<readonly string[]> {
  const refusals: string[] = [];
  for (const bucket of parts) {
    const answer = (await call(`/${bucket}?versioning=`, { accept: ["NoSuchBucket"] })) ?? "";
    if (textOf(answer, "Status") === "Enabled")
      refusals.push(
        `minio: the bucket ${bucket} keeps versions here, and a mirrored folder has none to replace them by: import into a bucket without versions`,
      );
  }
  return refusals;
}

/** Whole buckets: an inventory counts no prefix by itself, so one could not be held against the file. Pure. */
export function selectBuckets(
  { parts, stated }: Pick<PortableSource, "parts" | "stated">,
  names: readonly string[],
): SelectedParts {
  const chosen = names.filter((name) => parts.includes(name));
  return {
    parts: chosen,
    stated: statedBelow(
      stated,
      chosen.map((name) => entryPath("bucket", name)),
    ),
    known: parts,
    missing: names.filter((name) => !parts.includes(name)),
  };
}

/** Empties the buckets that the folder has, and puts its objects there. */
export async function loadMirror(call: SignedCalls, { parts }: PortableSource, file: string): Promise<void> {
  for (const bucket of parts) {
    await call(`/${bucket}`, { method: "PUT", accept: ["BucketAlreadyOwnedByYou"] });
    await empty(call, bucket);
  }
  for await (const one of readTar(createReadStream(file))) {
    const object = objectOf(one.name);
    if (object !== null && parts.includes(object.bucket))
      await put(call, pathOf(object.bucket, object.key), one);
  }
}

async function empty(call: SignedCalls, bucket: string): Promise<void> {
  let deletes: Promise<unknown>[] = [];
  for await (const { key } of listVersions(call, bucket)) {
    const gone = call(pathOf(bucket, key), { method: "DELETE", timeoutMs: putLimitMs });
    gone.catch(() => undefined);
    deletes.push(gone);
    if (deletes.length < deletesAtOnce) continue;
    await Promise.all(deletes);
    deletes = [];
  }
  await Promise.all(deletes);
}

function pathOf(bucket: string, key: string): string {
  return `/${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
}

/** In one piece, or in parts where it is larger than one. */
async function put(call: SignedCalls, path: string, file: TarFile): Promise<void> {
  const parts = partsOf(file.content());
  const first = (await parts.next()).value ?? Buffer.alloc(0);
  if (file.size <= partBytes) {
    await call(path, { method: "PUT", body: first, timeoutMs: putLimitMs });
    return;
  }
  const begun = (await call(`${path}?uploads=`, { method: "POST", timeoutMs: putLimitMs })) ?? "";
  const upload = encodeURIComponent(textOf(begun, "UploadId") ?? "");
  const told: string[] = [];
  for (
    let part: Buffer | undefined = first;
    part !== undefined;
    part = (await parts.next()).value ?? undefined
  ) {
    const number = told.length + 1;
    await call(`${path}?partNumber=${number}&uploadId=${upload}`, {
      method: "PUT",
      body: part,
      timeoutMs: putLimitMs,
    });
    const etag = createHash("md5").update(part).digest("hex");
    told.push(`<Part><PartNumber>${number}</PartNumber><ETag>"${etag}"</ETag></Part>`);
  }
  const body = `<CompleteMultipartUpload>${told.join("")}</CompleteMultipartUpload>`;
  await call(`${path}?uploadId=${upload}`, { method: "POST", body, timeoutMs: putLimitMs });
}

async function* partsOf(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const piece of content) {
    held.push(piece);
    bytes += piece.length;
    if (bytes < partBytes) continue;
    yield Buffer.concat(held);
    [held, bytes] = [[], 0];
  }
  if (bytes > 0) yield Buffer.concat(held);
  return undefined;
}
