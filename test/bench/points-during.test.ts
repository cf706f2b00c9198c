import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { pointsDuring } from "../../bench/points-during.ts";

test("takes the first point at once and none that would begin after the end", async () => {
  const started = performance.now();
  const at = await pointsDuring({ seconds: 0.25, everySeconds: 0.1 }, () =>
    Promise.resolve(performance.now() - started),
  );
  assert.equal(at.length, 3);
  for (const [index, ms] of at.entries())
    assert.ok(ms >= index * 100 - 5, `point ${index} began after ${ms} ms`);
});

test("a slow point delays the next one instead of overlapping it", async () => {
  let running = 0;
  const taken = await pointsDuring({ seconds: 0.2, everySeconds: 0.05 }, async () => {
    running += 1;
    assert.equal(running, 1);
    await wait(150);
    running -= 1;
  });
  assert.equal(taken.length, 2);
});

test("a point that fails ends the series with its error", async () => {
  const failing = pointsDuring({ seconds: 1, everySeconds: 0.1 }, () =>
    Promise.reject(new Error("no space left")),
  );
  await assert.rejects(failing, { message: "no space left" });
});
