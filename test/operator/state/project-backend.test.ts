import assert from "node:assert/strict";
import { test } from "node:test";
import { projectBackend, withProjectBackend } from "../../../operator/state/project-backend.ts";

const text = "name: kaleem # the project\nruntime:\n  name: nodejs\n";
const url = "s3://b?region=auto&endpoint=https://x.example.com&s3ForcePathStyle=true";

test("a backend is added below what is there, and found again", () => {
  const written = withProjectBackend(text, url);
  assert.equal(written, `${text}backend:\n  url: "${url}"\n`);
  assert.equal(projectBackend(written), url);
  assert.equal(projectBackend(text), null);
});

test("another backend takes the place of the first, and comments stay", () => {
  const before = `backend:\n  # ours\n  url: file://~ # for now\n${text}`;
  const written = withProjectBackend(before, url);
  assert.equal(written, `backend:\n  # ours\n  url: "${url}" # for now\n${text}`);
  assert.equal(withProjectBackend(written, url), written);
});

test("something else in the backend's place is refused", () => {
  for (const odd of ["backend: s3://b\n", "backend:\n  name: b\n"])
    assert.throws(() => withProjectBackend(`${text}${odd}`, url), {
      message: "Pulumi.yaml: backend: expected nothing, or a mapping with the key url",
    });
});
