import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { CommittedStack } from "../../../operator/policy/trial-stack.ts";
import { judgeStack } from "../../../policies/judge-stack.ts";
import { programView } from "./program-view.ts";

const lock = new URL("../../../catalog/images.lock.json", import.meta.url);

/**
 * Runs the real program for a committed stack: the policies refuse it for the image digests that are to be filled, each by its key,
 * and for nothing else. One stack a process, since modules load once.
 */
export async function assertRefusedForDigests(stack: CommittedStack): Promise<void> {
  const images = JSON.parse(readFileSync(lock, "utf8")) as Record<
    string,
    { readonly ref: string; readonly digest: string | null }
  >;
  const expected = Object.entries(images).flatMap(([key, { ref, digest }]) =>
    digest !== null
      ? []
      : [
          `${key}: image lock: expected a reference that ends in @sha256:…, got "${ref}"; ` +
            `look it up with: ./kaleem images refresh ${key}`,
        ],
  );
  const found = judgeStack(await programView(stack), new Date().toISOString().slice(0, 10));
  assert.deepEqual(found.map(({ sentence }) => sentence).sort(), expected.sort());
}
