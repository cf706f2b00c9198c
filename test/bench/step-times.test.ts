import assert from "node:assert/strict";
import { test } from "node:test";
import { timesOf, timingSteps } from "../../bench/step-times.ts";
import { silentProgress } from "../../workstation/progress.ts";

test("tells when each step began and ended, those that failed and those inside others too", async () => {
  const { progress, times } = timingSteps(silentProgress);
  await progress.step("up", () => progress.step("data", () => Promise.resolve()));
  await assert.rejects(progress.step("fetch", () => Promise.reject(new Error("no"))));
  await progress.step("data", () => Promise.resolve());
  assert.deepEqual(
    times.map(({ name }) => name),
    ["data", "up", "fetch", "data"],
  );
  for (const { startedAt, endedAt } of times) assert.ok(startedAt >= 0 && endedAt >= startedAt);
  assert.equal(timesOf(times, "data"), times[0], "the first one");
});

test("a step that never was has no figure", () => {
  assert.throws(() => timesOf([], "open"), { message: 'bench: there was no step "open"; there were: ' });
});
