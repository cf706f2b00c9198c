import assert from "node:assert/strict";
import { test } from "node:test";
import { loopbackRegistry, offLoopback, onLoopback } from "../../../contract/loopback-registry.ts";
import { parseImageName } from "../../../recovery/images/image-name.ts";

const digest = `sha256:${"a".repeat(64)}`;

test("a reference is read as Docker reads it", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["redis:8.0", "registry-1.docker.io", "library/redis"],
    ["qdrant/qdrant", "registry-1.docker.io", "qdrant/qdrant"],
    ["docker.io/library/redis:8.0", "registry-1.docker.io", "library/redis"],
    ["docker.io/redis", "registry-1.docker.io", "library/redis"],
    ["ghcr.io/kaleem/api:1", "ghcr.io", "kaleem/api"],
    ["10.0.0.4:5000/local/redis:8", "10.0.0.4:5000", "local/redis"],
    ["localhost/one", "localhost", "one"],
    [`${loopbackRegistry}/ghcr.io/kaleem/api:1`, "ghcr.io", "kaleem/api"],
    [`${loopbackRegistry}/10.0.0.4__5000/local/redis:8`, "10.0.0.4:5000", "local/redis"],
  ];
  for (const [reference, registry, repository] of cases)
    assert.deepEqual(parseImageName(`${reference}@${digest}`), { registry, repository, digest }, reference);
});

test("what names no certain image is none", () => {
  for (const reference of ["redis:8.0", "", `@${digest}`, `redis@${digest.slice(0, -1)}`])
    assert.equal(parseImageName(reference), null, reference);
});

test("whatever its registry, its name on the loopback is one that Docker takes, and leads back", () => {
  const part = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
  const valid = new RegExp(`^127\\.0\\.0\\.1:5001(?:/${part})+(?::[\\w][\\w.-]*)?@sha256:[0-9a-f]{64}$`);
  for (const name of [
    "redis:8.0",
    "ghcr.io/kaleem/api",
    "10.0.0.4:5000/local/redis:8",
    "registry:5000/a/b-c",
  ]) {
    const reference = `${name}@${digest}`;
    assert.match(onLoopback(reference), valid);
    assert.equal(offLoopback(onLoopback(reference)), reference);
    assert.deepEqual(parseImageName(onLoopback(reference)), parseImageName(reference));
  }
});

test("the loopback registry gives the same image by the same digest, under its whole name", () => {
  const reference = `ghcr.io/kaleem/api:1@${digest}`;
  assert.equal(onLoopback(reference), `127.0.0.1:5001/ghcr.io/kaleem/api:1@${digest}`);
  assert.equal(onLoopback(onLoopback(reference)), onLoopback(reference));
  assert.throws(() => onLoopback("redis:8.0"), /redis:8\.0: expected a reference with a digest/);
});
