import assert from "node:assert/strict";
import { test } from "node:test";
import { lockedReference, parseLock, readReference, renderLock } from "../../../local/images/image-lock.ts";
import { stackInstance } from "../../../local/instance.ts";

const { cloud } = stackInstance("/home/ada/kaleem", "local");
const key = "0123456789abcdef0123";
const digest = `sha256:${"a".repeat(64)}`;
const ref = lockedReference(cloud, "redis", key, digest);

test("a reference holds the registry's address in the network, the recipe's key and the digest", () => {
  assert.equal(ref, `${cloud.registry.address}:5000/kaleem/redis:${key}@${digest}`);
  assert.deepEqual(readReference(cloud, "redis", ref), { key, digest });
});

test("a reference to another image, registry or without a digest is none of ours", () => {
  const { cloud: other } = stackInstance("/home/ada/kaleem-2", "local");
  assert.equal(readReference(cloud, "mongo", ref), undefined);
  assert.equal(readReference(other, "redis", ref), undefined);
  assert.equal(readReference(cloud, "redis", ref.replace(/@.*/, "")), undefined);
});

test("the same images give the same file, whatever order they were made in", () => {
  const redis = { ref, version: "8.0.6", source: "stand-in" } as const;
  const mongo = { ...redis, version: "1.24" };
  assert.equal(renderLock({ redis, mongo }), renderLock({ mongo, redis }));
  assert.deepEqual(parseLock(renderLock({ redis, mongo })), { redis, mongo });
});

test("a lock that is not one is made again instead of believed", () => {
  assert.equal(parseLock("{"), undefined);
  assert.equal(parseLock('{"redis": {"ref": 5}}'), undefined);
  assert.equal(parseLock('{"redis": {"ref": "r", "version": "8", "source": "elsewhere"}}'), undefined);
});
