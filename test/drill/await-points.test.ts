import assert from "node:assert/strict";
import { test } from "node:test";
import { awaitPoints } from "../../drill/await-points.ts";

const since = new Date("2026-11-21T10:00:00.000Z");

/** Each look finds the next of these. */
function siteOf(...looks: (readonly string[])[]) {
  let look = 0;
  return {
    shippedPoints: () => Promise.resolve(looks[Math.min(look++, looks.length - 1)] ?? []),
    lastWordsOnPoints: () => Promise.resolve("kaleem-ship: the bucket does not answer"),
    looks: () => look,
  };
}

test("only points after the instant count, and all that are wanted are waited for", async () => {
  const old = "2026-11-21T10:00:00.000Z";
  const [first, second] = ["2026-11-21T10:00:00.001Z", "2026-11-21T10:05:00.000Z"];
  const site = siteOf([old], [old, first], [old, first, second]);
  await awaitPoints(site, { since, wanted: 2, timeoutMs: 5_000, everyMs: 1 });
  assert.equal(site.looks(), 3);
});

test("points that do not come are an error that carries what the host said", async () => {
  const site = siteOf([], ["2026-11-21T10:00:01.000Z"]);
  await assert.rejects(awaitPoints(site, { since, wanted: 2, timeoutMs: 20, everyMs: 5 }), {
    message:
      "drill: expected 2 points to be taken and shipped under load, got 1 within 0.02 s. " +
      "See `./kaleem status`; last output of the host's units:\nkaleem-ship: the bucket does not answer",
  });
});
