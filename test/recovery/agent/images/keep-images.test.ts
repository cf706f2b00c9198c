import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { lockedPrefixes } from "../../../../contract/layout.ts";
import { keepImages, type ImagesPorts } from "../../../../recovery/agent/images/keep-images.ts";
import { Locks } from "../../../../recovery/host/locks.ts";
import { Log } from "../../../../recovery/host/log.ts";
import { ImageEscrow } from "../../../../recovery/images/image-escrow.ts";
import { Registry } from "../../../../recovery/images/registry.ts";
import { imageServer } from "../../../../recovery/images/serve-images.ts";
import { Bucket } from "../../../../recovery/lineage/bucket.ts";
import { digestInName } from "../../../../recovery/lineage/copied-object.ts";
import { digestOf, FakeRegistry, imageType, listType } from "../../images/fake-registry.ts";
import { TestS3 } from "../../restic/test-s3.ts";

const day = 24 * 3_600_000;
const keys = { accessKeyId: "ID", secretAccessKey: "secret" };
const pieceBytes = 100_000;
let folder: string;
let s3: TestS3;
let registry: FakeRegistry;
let bucket: Bucket;
let lines: string[];
let running: string[];
let instants: string[];
/** Days that have gone by. */
let later: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-images-"));
  s3 = await TestS3.start({ keys });
  s3.lock = { prefixes: lockedPrefixes, forMs: 14 * day };
  registry = await FakeRegistry.start();
  bucket = new Bucket({ endpoint: s3.endpoint, bucket: s3.bucket, prefix: "", region: "auto" }, keys);
  lines = [];
  running = [];
  instants = [];
  later = 0;
});
afterEach(async () => {
  await s3.stop();
  await registry.stop();
  rmSync(folder, { recursive: true });
});

function ports(over: Partial<ImagesPorts> = {}): ImagesPorts {
  return {
    bucket,
    locks: new Locks(folder, "kaleem-agent images"),
    log: new Log((line) => lines.push(line)),
    interrupted: new AbortController().signal,
    now: () => new Date(Date.now() + later * day),
    running: () => Promise.resolve(running),
    registry: (host) => Promise.resolve(new Registry(host, { scheme: "http", credentials: null }, 5_000)),
    instants: () => Promise.resolve(instants),
    lockForMs: 14 * day,
    architecture: "amd64",
    pieceBytes,
    ...over,
  };
}

const reference = (repository: string, digest: string) => `${registry.host}/${repository}:1@${digest}`;
const objects = (part: string) => [...s3.objects.keys()].filter((key) => key.startsWith(`images/${part}`));

const hasCode =
  (exitCode: number, words: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof RecoveryError, String(error));
    assert.match(error.message, words);
    assert.equal(error.exitCode, exitCode);
    return true;
  };

/** Asks the loopback registry as Docker does. */
async function served(path: string, method = "GET") {
  const server = imageServer(new ImageEscrow(bucket, pieceBytes), { line: (text) => lines.push(text) });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise<{ status: number; type: string; bytes: Buffer }>((resolve, reject) => {
      const call = request({ port, path, method, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers["content-type"] ?? "",
            bytes: Buffer.concat(chunks),
          }),
        );
      });
      call.on("error", reject);
      call.end();
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("an image is in the bucket byte for byte, in pieces named by their content, and a pull gets it back without its registry", async () => {
  const { digest, manifest, layers } = registry.image("kaleem/api", [250_000, 40, 0]);
  running = [reference("kaleem/api", digest)];
  const result = await keepImages(ports());
  assert.deepEqual([result.images, result.brought, result.removed], [1, 1, 0]);
  assert.ok(
    result.bytes > 250_040 && result.bytes === result.bytesSent && result.bytesVerified === result.bytes,
  );
  for (const key of objects("blobs/")) {
    const body = s3.objects.get(key) ?? Buffer.alloc(0);
    assert.ok(body.length <= pieceBytes);
    assert.equal(digestOf(body), `sha256:${digestInName(key)}`);
  }
  // The list, the image, its configuration, three pieces and a small layer; an empty one has none.
  assert.equal(objects("blobs/").length, 7);
  assert.equal(objects("records/").length, 1);
  const wanted = [...registry.things];
  const host = registry.host;
  await registry.stop();
  for (const [name, { bytes, type }] of wanted) {
    const [of = ""] = name.split("/").slice(-1);
    const kind = type === listType || type === imageType ? "manifests" : "blobs";
    const answer = await served(`/v2/${host}/kaleem/api/${kind}/${of}`);
    assert.deepEqual([answer.status, answer.bytes], [200, bytes], name);
    if (kind === "manifests") assert.equal(answer.type, type);
  }
  const head = await served(`/v2/any/name/manifests/${manifest}`, "HEAD");
  assert.deepEqual([head.status, head.type, head.bytes.length], [200, imageType, 0]);
  assert.equal((await served("/v2/")).status, 200);
  assert.equal((await served(`/v2/kaleem/api/manifests/1`)).status, 404);
  assert.equal((await served(`/v2/kaleem/api/blobs/${digestOf(Buffer.from("another"))}`)).status, 404);
  assert.equal((await served(`/v2/kaleem/api/blobs/uploads/`, "POST")).status, 405);
  assert.equal(layers.length, 3);
  registry = await FakeRegistry.start();
});

test("only what is missing is fetched and sent, also after an interruption", async () => {
  const { digest } = registry.image("kaleem/api", [450_000]);
  running = [reference("kaleem/api", digest)];
  let stores = 0;
  const fails = new Bucket(bucket.location, keys);
  const store = fails.store.bind(fails);
  fails.store = (key, body) => {
    stores += 1;
    if (stores === 5)
      return Promise.reject(new RecoveryError(exitCodes.offsiteUnreachable, "The bucket is away."));
    return store(key, body);
  };
  await assert.rejects(keepImages(ports({ bucket: fails })), hasCode(exitCodes.offsiteUnreachable, /away/));
  assert.deepEqual([objects("records/").length, objects("blobs/").length], [0, 4]);
  const before = new Set(objects("blobs/"));
  const second = await keepImages(ports());
  assert.equal(second.brought, 1);
  assert.ok(second.bytesSent < second.bytes && [...before].every((key) => s3.objects.has(key)));
  registry.asked.length = 0;
  const third = await keepImages(ports());
  assert.deepEqual([third.brought, third.bytesSent, registry.asked], [0, 0, []]);
});

test("a layer that another image has is neither fetched nor sent again", async () => {
  const first = registry.image("kaleem/api", [150_000]);
  running = [reference("kaleem/api", first.digest)];
  await keepImages(ports());
  const [layer = Buffer.alloc(0)] = first.layers;
  const config = Buffer.from("{}");
  const parts = [config, layer].map((bytes) => ({
    digest: digestOf(bytes),
    mediaType: "x",
    size: bytes.length,
  }));
  const manifest = Buffer.from(JSON.stringify({ config: parts[0], layers: [parts[1]] }));
  for (const [bytes, type] of [
    [config, "x"],
    [manifest, imageType],
  ] as const)
    registry.things.set(`kaleem/worker/${digestOf(bytes)}`, { bytes, type });
  running.push(reference("kaleem/worker", digestOf(manifest)));
  const { brought, bytesSent } = await keepImages(ports());
  assert.deepEqual([brought, bytesSent], [1, manifest.length + config.length]);
});

test("an image that its registry has no more keeps no other from being kept, and is named; one that is there needs none", async () => {
  const kept = registry.image("kaleem/api", [10]);
  running = [reference("kaleem/api", kept.digest)];
  await keepImages(ports());
  const gone = digestOf(Buffer.from("gone"));
  const fresh = registry.image("kaleem/web", [20]);
  for (const name of [...registry.things.keys()])
    if (name.startsWith("kaleem/api/")) registry.things.delete(name);
  running.push(reference("kaleem/gone", gone), "redis:8.0", reference("kaleem/web", fresh.digest));
  await assert.rejects(
    keepImages(ports()),
    hasCode(
      exitCodes.failed,
      /^Not every image that runs .* redis:8\.0 has no digest, .*kaleem\/gone.*no longer has kaleem\/gone/,
    ),
  );
  assert.equal(objects("records/").length, 2);
});

test("what its registry gives otherwise than its digest says never gets a record", async () => {
  const { digest, layers } = registry.image("kaleem/api", [250_000]);
  registry.instead.set(digestOf(layers[0] ?? Buffer.alloc(0)), Buffer.alloc(250_000));
  running = [reference("kaleem/api", digest)];
  await assert.rejects(keepImages(ports()), hasCode(exitCodes.failed, /gives other bytes than/));
  assert.equal(objects("records/").length, 0);
});

test("a piece that was altered or lost in the bucket is found when it is read back, and brought anew once it can be", async () => {
  const { digest } = registry.image("kaleem/api", [150_000, 30]);
  running = [reference("kaleem/api", digest)];
  await keepImages(ports());
  const [altered = "", lost = ""] = objects("blobs/");
  s3.objects.set(altered, Buffer.alloc((s3.objects.get(altered) ?? Buffer.alloc(0)).length, 7));
  s3.objects.delete(lost);
  // Each piece has its day; the lock still holds what is young.
  const problems = new Set<string>();
  for (later = 0; later < 28; later += 1)
    await keepImages(ports()).catch((error: unknown) => {
      assert.ok(hasCode(exitCodes.repositoryDamaged, /is not what its name says/)(error));
      problems.add(String(error));
    });
  assert.ok(problems.size === 1 && [...problems][0]?.includes(altered), [...problems].join());
  assert.ok(s3.objects.has(lost), "what was lost is brought by the next run");
  s3.lock = { prefixes: [], forMs: 0 };
  for (later = 28; later < 56; later += 1) await keepImages(ports()).catch(() => undefined);
  assert.equal(digestOf(s3.objects.get(altered) ?? Buffer.alloc(0)), `sha256:${digestInName(altered)}`);
});

test("an image goes when it does not run, no point that is kept is of its time, and the lock has ended", async () => {
  const old = registry.image("kaleem/api", [150_000]);
  const next = registry.image("kaleem/api", [50]);
  running = [reference("kaleem/api", old.digest)];
  await keepImages(ports());
  const taken = new Date(Date.now() + 3_600_000).toISOString();
  later = 1;
  running = [reference("kaleem/api", next.digest)];
  instants = [taken];
  assert.deepEqual([(await keepImages(ports())).removed, objects("records/").length], [0, 2]);
  // The bucket's lock has ended; a point of its time is kept yet.
  s3.lock = { prefixes: [], forMs: 0 };
  later = 40;
  assert.equal((await keepImages(ports())).removed, 0);
  instants = [new Date(Date.now() + 3 * day).toISOString()];
  later = 10;
  assert.equal((await keepImages(ports())).removed, 0, "the lock may hold it");
  later = 41;
  const { removed, images, bytes } = await keepImages(ports());
  assert.deepEqual([removed, images, objects("records/").length], [1, 1, 1]);
  assert.ok(bytes < 3_000 && objects("blobs/").every((key) => (s3.objects.get(key)?.length ?? 0) < 3_000));
  assert.match(lines.join("\n"), /does not run any more, and no point that is kept is of its time: removed/);
});

test("a lock that holds longer than it says keeps images, and that is no failure", async () => {
  const old = registry.image("kaleem/api", [50]);
  running = [reference("kaleem/api", old.digest)];
  await keepImages(ports());
  running = [];
  later = 20;
  // 14 days have not gone by on the bucket's own clock.
  assert.equal((await keepImages(ports())).removed, 0);
  assert.match(lines.join("\n"), /stays: the bucket's lock holds it/);
});

test("only one run at a time brings images", async () => {
  const lock = await new Locks(folder, "another").acquire("images");
  await assert.rejects(keepImages(ports()), hasCode(exitCodes.busy, /images lock is held by another/));
  await lock.release();
});
