import assert from "node:assert/strict";
import { test } from "node:test";
import { parseImageReference } from "../../../operator/images/image-reference.ts";

test("Docker Hub answers under another name than the one in references", () => {
  assert.deepEqual(parseImageReference("docker.io/library/redis:8.0"), {
    host: "registry-1.docker.io",
    repository: "library/redis",
    tag: "8.0",
  });
});

test("a digest behind the tag changes nothing, and a registry keeps its port", () => {
  assert.deepEqual(parseImageReference(`127.0.0.1:5000/kaleem/api:1@sha256:${"a".repeat(64)}`), {
    host: "127.0.0.1:5000",
    repository: "kaleem/api",
    tag: "1",
  });
});

test("a reference that leaves registry or tag to be guessed is refused by name", () => {
  for (const reference of ["redis:8.0", "docker.io/library/redis", "docker.io/library/redis:"]) {
    assert.throws(() => parseImageReference(reference), {
      message: `${reference}: expected registry/repository:tag, such as docker.io/library/redis:8.0`,
    });
  }
});
