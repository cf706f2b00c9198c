import assert from "node:assert/strict";
import test from "node:test";
import {
  committedImageLock,
  ImageLock,
  imageVersions,
  parseImageLock,
  readImageLock,
} from "../../catalog/image-lock.ts";
import { bytes, dockerDuration, milliseconds } from "../../catalog/quantities.ts";
import { repositoryRoot } from "../../workstation/repository.ts";

const digest = `sha256:${"0".repeat(64)}`;
const entry = { ref: `registry:5000/redis@${digest}`, version: "8", source: "stand-in" };
const parse = (lock: unknown, wanted = ["redis"]) =>
  ImageLock.parse("images.lock.json", JSON.stringify(lock), wanted);

test("gives each key its reference", () => {
  assert.equal(parse({ redis: entry }).ref("redis"), entry.ref);
});

test("an image without a digest is refused with what to do", () => {
  assert.throws(
    () => parse({ redis: { ref: "redis:8.0", digest: null, version: "8.0", source: "upstream" } }),
    {
      name: "ImageLockError",
      message:
        'images.lock.json: redis: expected a reference that ends in @sha256:…, got "redis:8.0"; ' +
        "look it up with: ./kaleem images refresh redis",
    },
  );
});

test("every missing image is named at once", () => {
  assert.throws(() => parse({}, ["mongo", "redis"]), {
    message:
      "images.lock.json: mongo: missing; expected {ref, version, source}\n" +
      "images.lock.json: redis: missing; expected {ref, version, source}",
  });
});

test("a file that is not JSON, or has an unknown field, is refused by name", () => {
  assert.throws(() => ImageLock.parse("images.lock.json", "{", []), {
    message: /^images\.lock\.json: not JSON: /,
  });
  assert.throws(() => parse({ redis: { ...entry, tag: "8" } }), {
    message: /^images\.lock\.json: redis: Unrecognized key/,
  });
});

test("a lock is read whole before its digests are looked up, and tells what is in each image", () => {
  const unpinned = { ref: "redis:8.0", digest: null, version: "8.0", source: "upstream" } as const;
  const images = parseImageLock("images.lock.json", JSON.stringify({ redis: unpinned, own: entry }));
  assert.deepEqual(images, { redis: unpinned, own: entry });
  assert.deepEqual(
    imageVersions(images),
    new Map([
      ["redis:8.0", "8.0 (upstream)"],
      [entry.ref, "8 (stand-in)"],
      [`127.0.0.1:5001/${entry.ref.replace("registry:5000", "registry__5000")}`, "8 (stand-in)"],
    ]),
  );
});

test("a lock file is named by its path in the repository", () => {
  const images = readImageLock(repositoryRoot, committedImageLock);
  assert.equal(images["mongo"]?.source, "upstream");
  assert.deepEqual(readImageLock("/elsewhere", `${repositoryRoot}/${committedImageLock}`), images);
});

test("the committed lock file has every image, and says which digests have still to be looked up", () => {
  const file = new URL("../../catalog/images.lock.json", import.meta.url).pathname;
  assert.throws(
    () => ImageLock.load(file, ["mongo", "redis", "rabbitmq", "minio", "nginx", "api"]),
    (error) => {
      assert.ok(error instanceof Error);
      assert.doesNotMatch(error.message, /missing/);
      return true;
    },
  );
});

test("sizes and times are what they say", () => {
  assert.equal(bytes("512MiB"), 536_870_912);
  assert.equal(milliseconds("1.5s"), 1_500);
  assert.throws(() => bytes("1MB" as "1MiB"), { message: 'expected a size such as 512MiB, got "1MB"' });
});

test("times are written as Docker gives them back", () => {
  const pairs = [
    ["500ms", "500ms"],
    ["5s", "5s"],
    ["90s", "1m30s"],
    ["30m", "30m"],
    ["60m", "1h"],
    ["90m", "1h30m"],
  ] as const;
  for (const [span, text] of pairs) assert.equal(dockerDuration(span), text);
});

test("from the loopback, images have their whole former name and the same digest; what has no digest has no reference", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const entry = (ref: string) => ({ ref, version: "1", source: "upstream" });
  const text = JSON.stringify({
    api: entry(`ghcr.io/kaleem/api:1@${digest}`),
    open: { ...entry("docker.io/x/y:1"), digest: null },
  });
  const images = ImageLock.parse("lock", text, ["api"]).onLoopback();
  assert.equal(images.ref("api"), `127.0.0.1:5001/ghcr.io/kaleem/api:1@${digest}`);
  assert.throws(() => images.ref("open"), /no image "open"/);
});
