import assert from "node:assert/strict";
import { test } from "node:test";
import { spreadOf } from "../../../../recovery/restore/verify/spread.ts";

test("is the largest difference, and names both ends", () => {
  const times = new Map([
    ["redis", "2026-11-20T03:00:02.000Z"],
    ["mongo", "2026-11-20T03:00:01.500Z"],
    ["minio", "2026-11-20T03:00:04.250Z"],
  ]);
  assert.deepEqual(spreadOf(times), { seconds: 2.75, earliest: "mongo", latest: "minio" });
});

test("is none for equal times, and not known with fewer than two stores", () => {
  const at = "2026-11-20T03:00:02.000Z";
  assert.equal(spreadOf(new Map([["a", at], ["b", at]]))?.seconds, 0); // prettier-ignore
  assert.equal(spreadOf(new Map([["a", at]])), null);
  assert.equal(spreadOf(new Map()), null);
});
