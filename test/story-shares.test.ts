import assert from "node:assert/strict";
import { test } from "node:test";
import { renderShares } from "./e2e/story.ts";

test("each share of the end-to-end run is told with its minutes, and that it took too many", () => {
  const spent = new Map([
    ["platform", 12 * 60],
    ["copies", 8 * 60 + 1],
  ] as const);
  assert.deepEqual(
    renderShares(spent).map((line) => line.trim()),
    [
      "platform                      12.0 min of 20",
      "copies                         8.0 min of 8: too long on an idle machine",
    ],
  );
});
