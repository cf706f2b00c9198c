import { writeTar, type TarContent } from "../portable/write-tar.ts";
import { listVersions, type ObjectVersion } from "./list-versions.ts";
import type { SignedCalls, SignedDownload } from "./signed-calls.ts";
import { tagsOf, textOf } from "./xml.ts";

/** Where recovery keeps its own marks. */
const ownBucket = "canary";
const admin = "/minio/admin/v3";
/** An object up to this is read whole before it is written: one that is replaced meanwhile is then of its new size. */
const atOnceBytes = 16 * 1024 * 1024;

/**
 * The present version of every object as a mirrored folder, in one tar archive, with MinIO's own exports of buckets' settings and of users
 * and policies beside it. Not in it: older versions, types and metadata of objects. Objects are of moments a little apart.
 * @throws Error when a large object is replaced while it is read
 */
export async function* dumpObjects(client: {
  readonly call: SignedCalls;
  readonly download: SignedDownload;
}): AsyncGenerator<Uint8Array> {
  yield* writeTar(filesOf(client));
}

async function* filesOf({
  call,
  download,
}: {
  readonly call: SignedCalls;
  readonly download: SignedDownload;
}): AsyncGenerator<TarContent> {
  for (const name of ["cluster-bucket-metadata", "iam"]) {
    const path = name === "iam" ? `${admin}/export-iam` : `${admin}/export-bucket-metadata`;
    yield whole(`minio-settings/${name}.zip`, await all(download(path)));
  }
  const buckets = tagsOf((await call("/")) ?? "", "Bucket").map((bucket) => textOf(bucket, "Name") ?? "");
  for (const bucket of buckets.filter((name) => name !== ownBucket).sort())
    for await (const version of listVersions(call, bucket)) {
      if (!version.latest || version.deleteMarker) continue;
      const file = await objectFile(download, bucket, version);
      if (file !== null) yield file;
    }
}

/** Null for one that is gone since it was listed. */
async function objectFile(
  download: SignedDownload,
  bucket: string,
  { key, bytes }: ObjectVersion,
): Promise<TarContent | null> {
  const name = `minio/${bucket}/${key}`;
  const content = download(`/${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`);
  const pieces = content[Symbol.asyncIterator]();
  let first: IteratorResult<Uint8Array>;
  try {
    first = await pieces.next();
  } catch (error) {
    if (error instanceof Error && /: NoSuchKey$/.test(error.message)) return null;
    throw error;
  }
  const read = (async function* () {
    for (let piece = first; piece.done !== true; piece = await pieces.next()) yield piece.value;
  })();
  return bytes > atOnceBytes ? { name, size: bytes, content: read } : whole(name, await all(read));
}

function whole(name: string, content: Buffer): TarContent {
  return { name, size: content.length, content: [content] };
}

async function all(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const held: Uint8Array[] = [];
  for await (const piece of pieces) held.push(piece);
  return Buffer.concat(held);
}
