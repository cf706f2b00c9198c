import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { ImageFacts, LockedImages } from "../../../catalog/image-lock.ts";
import { parseUpstreamLock, refreshLock, renderUpstreamLock } from "../../../operator/images/refresh-lock.ts";

const digest = `sha256:${"a".repeat(64)}`;
const older = `sha256:${"b".repeat(64)}`;
const image: ImageFacts = {
  user: "redis",
  entrypoint: ["/entry"],
  command: ["serve"],
  architectures: ["amd64", "arm64"],
  ports: [6379],
};
const lock: LockedImages = {
  mongo: { ref: "docker.io/library/mongo:8.0", digest: null, version: "8.0", source: "upstream" },
  redis: { ref: `docker.io/library/redis:8.0@${older}`, version: "8.0", source: "upstream" },
  api: { ref: "ghcr.io/kaleem/api:1", digest: null, version: "1", source: "upstream" },
};

test("pins what was open, moves what has moved, and leaves what cannot be looked up as it was", async () => {
  const asked: string[] = [];
  const refreshed = await refreshLock(lock, [], (reference) => {
    asked.push(reference);
    return reference.startsWith("ghcr.io")
      ? Promise.reject(new Error("ghcr.io refuses"))
      : Promise.resolve({ digest, image });
  });
  assert.deepEqual(asked, [
    "docker.io/library/mongo:8.0",
    "docker.io/library/redis:8.0",
    "ghcr.io/kaleem/api:1",
  ]);
  assert.deepEqual(refreshed.lock["mongo"], {
    ref: `docker.io/library/mongo:8.0@${digest}`,
    version: "8.0",
    source: "upstream",
    image,
  });
  assert.deepEqual(refreshed.lock["api"], lock["api"]);
  assert.deepEqual(refreshed.lines, [
    `✓ mongo: pinned, docker.io/library/mongo:8.0@${digest}`,
    `✓ redis: changed, docker.io/library/redis:8.0@${digest}`,
    "✗ api: ghcr.io refuses",
  ]);
  assert.equal(refreshed.failed, 1);
});

test("looks up only what is named, and says when nothing has changed", async () => {
  const refreshed = await refreshLock(lock, ["redis"], () => Promise.resolve({ digest: older, image }));
  assert.deepEqual(refreshed.lines, [`✓ redis: unchanged, docker.io/library/redis:8.0@${older}`]);
  assert.deepEqual(refreshed.lock, { ...lock, redis: { ...lock["redis"], image } });
});

test("refuses names that the lock does not have, all at once, before anything is asked", async () => {
  await assert.rejects(
    refreshLock(lock, ["mogno", "redis", "apo"], () => assert.fail("asked")),
    { message: 'no image "mogno", "apo" in the lock; it has: mongo, redis, api' },
  );
});

test("writes an image a line, and the committed lock as it is", () => {
  const file = new URL("../../../catalog/images.lock.json", import.meta.url);
  const text = readFileSync(file, "utf8");
  assert.equal(renderUpstreamLock(parseUpstreamLock("images.lock.json", text)), text);
});

test("names the file and the problem of a lock that is none", () => {
  assert.throws(
    () => parseUpstreamLock("images.lock.json", '{"mongo":{"ref":1}}'),
    /^ImageLockError: images\.lock\.json: mongo\.ref: /,
  );
  const own = { ref: "registry:5000/mongo", version: "8", source: "stand-in" };
  assert.throws(() => parseUpstreamLock("images.lock.json", JSON.stringify({ mongo: own, redis: own })), {
    message:
      "images.lock.json: mongo: expected the source upstream, got stand-in: name the image that is to be pinned\n" +
      "images.lock.json: redis: expected the source upstream, got stand-in: name the image that is to be pinned",
  });
});

test("says what is otherwise in another image of the tag: applications start and own files by it", async () => {
  const known = {
    redis: {
      ref: `docker.io/library/redis:8.0@${older}`,
      version: "8.0",
      source: "upstream" as const,
      image,
    },
  };
  const other = { ...image, user: "", entrypoint: ["/bin/sh", "/entry"] };
  const { lines, lock: written } = await refreshLock(known, [], () =>
    Promise.resolve({ digest, image: other }),
  );
  assert.deepEqual(lines, [
    `✓ redis: changed, docker.io/library/redis:8.0@${digest}; user was "redis", is ""; entrypoint was ["/entry"], is ["/bin/sh","/entry"]`,
  ]);
  assert.deepEqual(parseUpstreamLock("f", renderUpstreamLock(written)), written);
});

test("an image that is no longer there for a machine that it was there for is not taken", async () => {
  const known = {
    redis: {
      ref: `docker.io/library/redis:8.0@${older}`,
      version: "8.0",
      source: "upstream" as const,
      image,
    },
  };
  const look = () => Promise.resolve({ digest, image: { ...image, architectures: ["arm64"] } });
  const refreshed = await refreshLock(known, [], look);
  assert.equal(refreshed.failed, 1);
  assert.deepEqual(refreshed.lock, known);
  assert.deepEqual(refreshed.lines, [
    '✗ redis: the tag stands for an image of linux/arm64 now, and no longer of linux/amd64, which the lock has: choose a tag that has it, or take "image" out of the lock\'s entry and refresh again',
  ]);
});
