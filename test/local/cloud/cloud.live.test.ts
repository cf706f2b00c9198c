import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { realpathSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { AwsClient } from "aws4fetch";
import { renderContent } from "../../../components/kit/stack-content.ts";
import { seal } from "../../../components/kit/seal.ts";
import { type Cloud, ensureCloud } from "../../../local/cloud/ensure-cloud.ts";
import { destroyCloud } from "../../../local/cloud/destroy-cloud.ts";
import { cloudKeys } from "../../../local/cloud/cloud-keys.ts";
import { probeS3 } from "../../../local/cloud/probe-s3.ts";
import { startS3, stopS3 } from "../../../local/cloud/s3-outage.ts";
import { docker } from "../../../local/images/docker.ts";
import { ensureImages } from "../../../local/images/ensure-images.ts";
import { parseLock } from "../../../local/images/image-lock.ts";
import { standIns } from "../../../local/images/stand-ins.ts";
import { stackInstance } from "../../../local/instance.ts";
import { openKit } from "../../../operator/kit/open-kit.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";

const repository = realpathSync(await mkdtemp(path.join(tmpdir(), "kaleem-cloud-")));
const instance = stackInstance(repository, "live");
let cloud: Cloud;

before(async () => {
  cloud = await ensureCloud(instance, silentProgress);
});
after(async () => {
  assert.equal(await destroyCloud(instance), true);
  const label = `label=kaleem.checkout=${instance.checkout}`;
  for (const kind of [
    ["ps", "--all"],
    ["volume", "ls"],
    ["network", "ls"],
  ]) {
    assert.equal(await docker([...kind, "--quiet", "--filter", label]), "");
  }
  await rm(repository, { recursive: true });
});

test("a second run changes nothing", async () => {
  assert.deepEqual(await ensureCloud(instance, silentProgress), { ...cloud, change: "unchanged" });
});

test("no key is visible to whoever may inspect containers", async () => {
  const { root, backup } = await cloudKeys(instance.cloud);
  const shown = await docker(["inspect", instance.cloud.s3.container]);
  for (const secret of [root.accessKeyId, root.secretAccessKey, backup.secretAccessKey]) {
    assert.ok(!shown.includes(secret));
  }
});

test("the keys that everybody knows open nothing", async () => {
  const keys = { accessKeyId: "minioadmin", secretAccessKey: "minioadmin" };
  await assert.rejects(probeS3(cloud.offsite, keys), /refused a write with 403/);
});

test("the backup user may use its bucket, and make or see no other", async () => {
  const client = new AwsClient({ ...cloud.keys, service: "s3", region: cloud.offsite.region, retries: 0 });
  const status = async (url: string, method: string): Promise<number> =>
    (await client.fetch(`${cloud.offsite.endpoint}/${url}`, { method })).status;
  assert.equal(await status(`${cloud.offsite.bucket}?list-type=2`, "GET"), 200);
  assert.equal(await status("another-bucket", "PUT"), 403);
  assert.equal(await status(cloud.offsite.bucket, "DELETE"), 403);
});

test("of twenty writers that all want the head, exactly one gets it", async () => {
  const bucket = new Bucket(cloud.offsite, cloud.keys);
  const key = `lineage/${randomUUID()}`;
  const writes = Array.from({ length: 20 }, (_, index) =>
    bucket.put(key, `writer ${index}`, "text/plain", { ifAbsent: true }),
  );
  assert.equal((await Promise.all(writes)).filter((won) => won).length, 1);
});

test("a recovery kit opens from it what was sealed, lists it, and reads bytes as they are", async () => {
  const passphrase = await generateX25519Identity();
  const content = { version: 1 as const, stack: "prod", file: "config: {}\n", secrets: { a: "hush" } };
  const bucket = new Bucket(cloud.offsite, cloud.keys);
  const sealed = await seal(renderContent(content), await identityToRecipient(passphrase));
  await bucket.put("kit/versions/0.age", sealed, "application/octet-stream", { always: true });
  await bucket.put("kit/other & more", "ä", "text/plain", { always: true });
  const kit = { ...cloud.offsite, ...cloud.keys, stack: "prod", passphrase };
  assert.deepEqual((await openKit(kit)).content, content);
  assert.deepEqual(
    (await bucket.list("kit/")).map(({ key }) => key),
    ["kit/other & more", "kit/versions/0.age"],
  );
  assert.deepEqual(Buffer.from((await bucket.read("kit/other & more")) ?? []), Buffer.from("ä"));
});

test("an outage takes S3 away and its end brings it back with its data", async () => {
  const bucket = new Bucket(cloud.offsite, cloud.keys, 2000);
  await bucket.put("kept", "before the outage", "text/plain", { always: true });
  await stopS3(instance.cloud);
  await assert.rejects(bucket.get("kept"), /does not answer/);
  await startS3(instance.cloud);
  assert.equal((await bucket.get("kept"))?.body, "before the outage");
});

test("a stopped registry and a lost S3 container come back with the same keys and data", async () => {
  const bucket = new Bucket(cloud.offsite, cloud.keys);
  await bucket.put("kept", "before the loss", "text/plain", { always: true });
  await docker(["stop", instance.cloud.registry.container]);
  await docker(["rm", "--force", instance.cloud.s3.container]);
  const again = await ensureCloud(instance, silentProgress);
  assert.deepEqual(again.keys, cloud.keys);
  assert.equal((await bucket.get("kept"))?.body, "before the loss");
});

test("every image is served by digest, and a second run keeps the lock", { timeout: 600_000 }, async () => {
  assert.equal((await ensureImages(instance, silentProgress)).changed, true);
  const lock = parseLock(await readFile(instance.cloud.imageLock, "utf8")) ?? {};
  assert.deepEqual(Object.keys(lock), Object.keys(standIns).sort());
  assert.equal((await ensureImages(instance, silentProgress)).changed, false);
  const reference = lock["redis"]?.ref.replace(
    instance.cloud.registry.authority,
    `127.0.0.1:${instance.cloud.registry.port}`,
  );
  assert.ok(reference);
  await docker(["pull", "--quiet", reference]);
  assert.match(
    await docker(["run", "--rm", "--user", "999:999", reference, "redis-server", "--version"]),
    /v=8\./,
  );
  await docker(["image", "rm", reference]);
});

test("an image that the registry lost is pushed again under the same digest", async () => {
  const before = await readFile(instance.cloud.imageLock, "utf8");
  await docker(["rm", "--force", "--volumes", instance.cloud.registry.container]);
  await docker(["volume", "rm", instance.cloud.registry.volume]);
  await ensureCloud(instance, silentProgress);
  await ensureImages(instance, silentProgress);
  assert.equal(await readFile(instance.cloud.imageLock, "utf8"), before);
});
