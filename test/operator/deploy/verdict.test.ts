import assert from "node:assert/strict";
import { test } from "node:test";
import { differenceSentence, judgeRunning, type SeenTask } from "../../../operator/deploy/verdict.ts";

const api = { name: "api", image: "r/api@sha256:aa", replicas: 2 };
const task: SeenTask = { service: "api", image: "r/api@sha256:aa", state: "running", health: "healthy" };

test("all that was declared runs: nothing to say", () => {
  assert.deepEqual(judgeRunning([api], [task, task, { ...task, state: "exited" }]), []);
});

test("a closed platform wants no application task", () => {
  assert.deepEqual(judgeRunning([{ ...api, replicas: 0 }], []), []);
});

test("names each difference: count, image, health", () => {
  const differences = judgeRunning([api], [{ ...task, image: "r/api@sha256:old", health: "unhealthy" }]);
  assert.deepEqual(differences, [
    { kind: "count", service: "api", wanted: 2, running: 1 },
    { kind: "image", service: "api", wanted: "r/api@sha256:aa", running: "r/api@sha256:old" },
    { kind: "health", service: "api", sick: 1, running: 1, health: "unhealthy" },
  ]);
  assert.deepEqual(differences.map(differenceSentence), [
    "api: 2 tasks were declared, 1 run",
    "api: r/api@sha256:aa was declared, r/api@sha256:old runs (rolled back?)",
    "api: 1 of 1 tasks are unhealthy",
  ]);
});

test("a service is judged by its own tasks", () => {
  const others = [task, task, { ...task, service: "worker-1", health: "starting" }];
  assert.deepEqual(judgeRunning([api], others), []);
});
