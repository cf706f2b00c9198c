import assert from "node:assert/strict";
import { test } from "node:test";
import { watchPlatform, type WatchEyes } from "../../../operator/watch/watch-platform.ts";
import type { FiringAlert } from "../../../operator/watch/watched.ts";

const slow: FiringAlert = { name: "ApiSlow", severity: "SEV2", about: "service=api" };
const old: FiringAlert = { name: "BackupOld", severity: "SEV1", about: "job=point" };

/** What the platform says, look by look; the last of each list stays. */
function eyes(asked: readonly (string | null)[], alerts: readonly (readonly FiringAlert[])[]): WatchEyes {
  let asks = 0;
  let reads = 0;
  return {
    ask: () => Promise.resolve(asked[Math.min(asks++, asked.length - 1)] ?? null),
    alerts: () => Promise.resolve(alerts[Math.min(reads++, alerts.length - 1)] ?? []),
    pause: () => Promise.resolve(),
  };
}
const plan = { requests: 200, budget: 0.01 };

test("a platform whose requests and alerts stay within bounds has done well", async () => {
  const { seen, why } = await watchPlatform({ plan, eyes: eyes(["503", "503", null], [[old], [old]]) });
  assert.equal(why, null, "two of two hundred may fail, and what fired before is known");
  assert.deepEqual([seen.asked, seen.failed, seen.lastFailure], [200, 2, "503"]);
});

test("a budget that is spent ends it at once, with what the last request met", async () => {
  const { seen, why } = await watchPlatform({ plan, eyes: eyes([null, "503 Service Unavailable"], [[]]) });
  assert.equal(seen.asked, 4);
  assert.equal(
    why,
    "3 of 4 requests through the edge failed, 2 of 200 may; the last one: 503 Service Unavailable",
  );
});

test("an alert that begins ends it; one of the deployment's own, and one of little weight, do not", async () => {
  const own: FiringAlert = { name: "LongDeploymentTime", severity: "SEV2", about: "" };
  const light: FiringAlert = { name: "DiskFillsUp", severity: "SEV3", about: "" };
  const begun = await watchPlatform({ plan, eyes: eyes([null], [[], [own, light], [own, light, slow]]) });
  assert.equal(begun.why, "alerts have begun: SEV2 ApiSlow (service=api)");
  assert.equal(begun.seen.asked, 30);
  assert.equal((await watchPlatform({ plan, eyes: eyes([null], [[], [own, light]]) })).why, null);
});

test("monitoring that cannot be asked is no good sign", async () => {
  const blind = { ...eyes([null], [[]]), alerts: () => Promise.reject(new Error("prometheus is away")) };
  await assert.rejects(watchPlatform({ plan, eyes: blind }), /prometheus is away/);
});
