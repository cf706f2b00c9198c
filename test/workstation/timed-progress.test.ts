import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { silentProgress } from "../../workstation/progress.ts";
import { elapsedSeconds, timedProgress } from "../../workstation/timed-progress.ts";

test("phases side by side and within each other are not added up", async () => {
  const { progress, phases } = timedProgress(silentProgress);
  await progress.step("outer", async () => {
    await Promise.all([progress.step("one", () => delay(60)), progress.step("two", () => delay(60))]);
  });
  const sum = phases.reduce((seconds, phase) => seconds + phase.seconds, 0);
  const outer = phases.find(({ name }) => name === "outer")?.seconds ?? 0;
  assert.deepEqual(phases.map(({ name }) => name).sort(), ["one", "outer", "two"]);
  assert.ok(
    elapsedSeconds(phases) >= outer && elapsedSeconds(phases) < sum,
    `${elapsedSeconds(phases)} of ${sum}`,
  );
  assert.equal(elapsedSeconds([]), 0);
});
