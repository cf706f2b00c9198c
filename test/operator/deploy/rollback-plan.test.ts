import assert from "node:assert/strict";
import { test } from "node:test";
import { planRollback } from "../../../operator/deploy/rollback-plan.ts";
import type { SeenDeployment } from "../../../recovery/agent/answers/deployment-list.ts";

const imageOf = new Map([
  ["api", "api"],
  ["worker-1", "worker"],
  ["worker-2", "worker"],
]);
const minute = (count: number) => new Date(Date.UTC(2026, 0, 2, 3, count)).toISOString();

function seen(
  number: number,
  service: string,
  [from, to]: readonly [string, string],
  [began, ended]: readonly [number, number],
  outcome: SeenDeployment["outcome"] = "succeeded",
): SeenDeployment {
  return { number, service, from, to, began: minute(began), ended: minute(ended), outcome, words: null };
}

const plan = (deployments: readonly SeenDeployment[], to: number | null = null) => {
  const { undone, images } = planRollback({ deployments: [...deployments] }, to, imageOf);
  return { undone: undone.map(({ number }) => number), images: Object.fromEntries(images) };
};

test("without a number the newest release is undone: all that followed one another within minutes", () => {
  const all = [
    seen(4, "worker-2", ["w1", "w2"], [32, 33]),
    seen(3, "worker-1", ["w1", "w2"], [31, 32]),
    seen(2, "api", ["a1", "a2"], [30, 31]),
    seen(1, "api", ["a0", "a1"], [1, 2]),
  ];
  assert.deepEqual(plan(all), { undone: [4, 3, 2], images: { api: "a1", worker: "w1" } });
});

test("a second deployment of the same service is a release of its own, however soon it came", () => {
  const all = [seen(2, "api", ["a1", "a2"], [3, 4]), seen(1, "api", ["a0", "a1"], [1, 2])];
  assert.deepEqual(plan(all), { undone: [2], images: { api: "a1" } });
});

test("what Swarm has taken back already is not undone again", () => {
  const all = [seen(2, "api", ["a1", "bad"], [30, 31], "rolled back"), seen(1, "api", ["a0", "a1"], [1, 2])];
  assert.deepEqual(plan(all), { undone: [1], images: { api: "a0" } });
});

test("one that stands half done is", () => {
  assert.deepEqual(plan([seen(1, "api", ["a0", "a1"], [1, 2], "paused")]), {
    undone: [1],
    images: { api: "a0" },
  });
});

test("by its number a deployment is undone with all since, and what ran before the oldest of them comes back", () => {
  const all = [
    seen(3, "api", ["a2", "a3"], [60, 61]),
    seen(2, "api", ["a1", "a2"], [30, 31]),
    seen(1, "api", ["a0", "a1"], [1, 2]),
  ];
  assert.deepEqual(plan(all, 2), { undone: [3, 2], images: { api: "a1" } });
});

test("where nothing can be undone, that is said", () => {
  assert.throws(
    () => plan([]),
    /^RecoveryError: The host has seen no deployment that could be undone: every service runs the image/,
  );
  const one = seen(3, "api", ["a0", "a1"], [1, 2], "rolled back");
  assert.throws(
    () => plan([one], 7),
    /^RecoveryError: The host has seen no deployment 7: it knows 3 to 3\.$/,
  );
  assert.throws(() => plan([], 1), /seen no deployment 1: it has seen none\.$/);
  assert.throws(
    () => plan([one], 3),
    /^RecoveryError: Deployment 3 and everything since were rolled back already/,
  );
});

test("whoever did not look first undoes nothing that was deployed before", () => {
  const all = [seen(7, "api", ["a1", "a2"], [10, 11])];
  const since = (count: number) => ({ time: new Date(minute(count)), says: "the last 60m" });
  const undone = planRollback({ deployments: all }, null, imageOf, since(10)).undone;
  assert.deepEqual(
    undone.map(({ number }) => number),
    [7],
  );
  assert.throws(() => planRollback({ deployments: all }, null, imageOf, since(11)), {
    message:
      "The newest deployment, 7 of api, began 2026-01-02T03:10:00.000Z, before the last 60m: nothing was deployed since, so nothing is undone.",
    exitCode: 2,
  });
});

test("services of one image that ran different ones are not guessed at", () => {
  const all = [seen(2, "worker-2", ["w0", "w2"], [2, 3]), seen(1, "worker-1", ["w1", "w2"], [1, 2])];
  assert.throws(
    () => plan(all),
    /^RecoveryError: worker: its services ran different images then, w0 and w1; deploy the one/,
  );
});

test("a service that is gone is named", () => {
  assert.throws(
    () => plan([seen(1, "gone", ["a", "b"], [1, 2])]),
    /^RecoveryError: gone: this stack has no such service any more, so its image cannot be brought back/,
  );
});
