import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeStack } from "../../policies/judge-stack.ts";
import { programView } from "./support/program-view.ts";

const today = new Date().toISOString().slice(0, 10);

test("staging is refused for the image digests that are to be filled, and for nothing else", async () => {
  const found = judgeStack(await programView("staging"), today);
  const expected = [
    ["mongo", "docker.io/library/mongo:8.0"],
    ["redis", "docker.io/library/redis:8.0"],
    ["nginx", "docker.io/library/nginx:1.30"],
    ["api", "ghcr.io/kaleem/api:1"],
  ].map(
    ([key, ref]) =>
      `${key}: image lock: expected a reference that ends in @sha256:…, got "${ref}"; ` +
      `look the digest up with: docker buildx imagetools inspect ${ref}`,
  );
  assert.deepEqual(
    found.map(({ sentence }) => sentence),
    expected,
  );
});
