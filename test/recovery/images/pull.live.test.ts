import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { docker, inspect } from "../../../local/images/docker.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { redisImage } from "../../../local/images/redis/image.ts";
import { registryImage } from "../../../local/images/registry/image.ts";
import { waitUntil } from "../../../contract/wait-until.ts";
import { keepImages } from "../../../recovery/agent/images/keep-images.ts";
import { Docker } from "../../../recovery/docker/docker.ts";
import { Locks } from "../../../recovery/host/locks.ts";
import { Log } from "../../../recovery/host/log.ts";
import { ImageEscrow, type KeptObject } from "../../../recovery/images/image-escrow.ts";
import { Registry } from "../../../recovery/images/registry.ts";
import { imageServer } from "../../../recovery/images/serve-images.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { TestS3 } from "../restic/test-s3.ts";

const keys = { accessKeyId: "ID", secretAccessKey: "secret" };
const redis = (await localImage(redisImage, silentProgress)).reference;
const registry = (await localImage(registryImage, silentProgress)).reference;
const folder = mkdtempSync(join(tmpdir(), "kaleem-pull-"));
const s3 = await TestS3.start({ keys });
const made: string[] = [];
const container = await docker(["run", "--detach", "--publish", "127.0.0.1:0:5000", registry]);
after(async () => {
  for (const image of made) await docker(["image", "rm", image]).catch(() => undefined);
  await docker(["rm", "--force", "--volumes", container]);
  await s3.stop();
  rmSync(folder, { recursive: true });
});

test("what a real registry gave, a real Docker pulls from the bucket by the same digest, and it is the same image", async () => {
  const host = (await docker(["port", container, "5000/tcp"])).split("\n")[0]?.trim() ?? "";
  await waitUntil(async () => (await fetch(`http://${host}/v2/`).catch(() => null))?.ok === true, {
    limitMs: 60_000,
    everyMs: 200,
    late: () => new Error("the registry does not answer"),
  });
  const tag = `${host}/kaleem/redis:pull-test`;
  made.push(tag);
  // A layer that Docker has nowhere else, so that it must be pulled again.
  const fresh = join(folder, "fresh");
  writeFileSync(fresh, randomBytes(3 * 2 ** 20));
  const draft = await docker(["create", redis]);
  await docker(["cp", fresh, `${draft}:/fresh`]);
  await docker(["commit", draft, tag]);
  await docker(["rm", draft]);
  await docker(["push", "--quiet", tag]);
  const digests = JSON.parse((await inspect("image", tag, "{{json .RepoDigests}}")) ?? "[]") as string[];
  const reference = digests.find((one) => one.startsWith(`${host}/`)) ?? assert.fail("no digest");
  const wanted = await inspect("image", reference, "{{.Id}}");

  const bucket = new Bucket({ endpoint: s3.endpoint, bucket: s3.bucket, prefix: "", region: "auto" }, keys);
  const { images, bytes } = await keepImages({
    bucket,
    locks: new Locks(folder, "kaleem-agent images"),
    log: new Log(() => undefined),
    interrupted: new AbortController().signal,
    now: () => new Date(),
    running: () => Promise.resolve([reference]),
    registry: async (name) => {
      await new Docker().plainRegistries();
      return new Registry(name, { scheme: "http", credentials: null });
    },
    instants: () => Promise.resolve([]),
    lockForMs: 0,
    pieceBytes: 2 ** 20,
  });
  assert.ok(images === 1 && bytes > 2 ** 20);

  await docker(["stop", container]);
  await docker(["image", "rm", tag]);
  assert.equal(await inspect("image", wanted ?? ""), undefined, "it is gone from Docker");
  const lines: string[] = [];
  let given = 0;
  const escrow = new ImageEscrow(bucket);
  const counted = {
    images: () => escrow.images(),
    async *read(object: KeptObject) {
      for await (const piece of escrow.read(object)) {
        given += piece.length;
        yield piece;
      }
    },
  };
  const server = imageServer(counted, { line: (text) => lines.push(text) });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const digest = reference.slice(reference.indexOf("@"));
    const served = `127.0.0.1:${port}/${host.replace(":", "__")}/kaleem/redis${digest}`;
    made.push(served);
    await docker(["pull", "--quiet", served]);
    assert.equal(await inspect("image", served, "{{.Id}}"), wanted, lines.join("\n"));
    assert.ok(given > 3 * 2 ** 20, "its own layer came from the bucket");
    await docker(["run", "--rm", "--network", "none", "--entrypoint", "redis-server", served, "--version"]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
