import assert from "node:assert/strict";
import { test } from "node:test";
import { joinedProgress } from "../../workstation/joined-progress.ts";
import type { Progress } from "../../workstation/progress.ts";

test("a running step also tells what goes on beside it, and its end tells its own alone", async () => {
  const seen: string[] = [];
  const progress: Progress = {
    step: (title, work) => work((detail) => seen.push(`${title}: ${detail}`)),
    note: (text) => seen.push(text),
  };
  let text = "";
  const watchers = new Set<() => void>();
  const beside = {
    text: () => text,
    watch: (changed: () => void) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
  const joined = joinedProgress(progress, beside);
  await joined.step("up", (report) => {
    report("mongo created");
    text = "fetched 1 of 2 MB";
    for (const changed of watchers) changed();
    report("redis created");
    return Promise.resolve();
  });
  joined.note("well");
  assert.deepEqual(seen, [
    "up: mongo created",
    "up: mongo created · fetched 1 of 2 MB",
    "up: redis created · fetched 1 of 2 MB",
    "up: redis created",
    "well",
  ]);
  assert.equal(watchers.size, 0);
  await assert.rejects(
    joined.step("up", () => Promise.reject(new Error("no"))),
    /^Error: no$/,
  );
  assert.equal(watchers.size, 0);
});
