import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { busyProcessors, busySeconds } from "../../bench/busy-processors.ts";

test("work of all kinds counts, waiting and stolen time do not", () => {
  const stat = "cpu  100 20 300 9999 8888 4 6 7777 50 2\ncpu0 1 1 1 1 1 1 1 1 1 1\nintr 5\n";
  assert.equal(busySeconds(stat), 4.3);
});

test("what is no such file is refused", () => {
  assert.throws(() => busySeconds("cpu0 1 2 3 4 5 6 7\n"), /expected a line "cpu {2}<numbers>", got none/);
  assert.throws(() => busySeconds("cpu  1 2\n"), /got none/);
});

test("a process that works is seen", async () => {
  const measured = busyProcessors(600);
  await wait(100); // It has looked for the first time.
  for (const until = performance.now() + 450; performance.now() < until;);
  assert.ok((await measured) > 0.3);
});
