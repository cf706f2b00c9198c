import assert from "node:assert/strict";
import { test } from "node:test";
import { compareRunning, type SeenTask } from "../../../operator/deploy/compare-running.ts";

const wanted = [{ name: "api", image: "r/api@sha256:aa", replicas: 2 }];
const task: SeenTask = { service: "api", image: "r/api@sha256:aa", state: "running", health: "healthy" };

test("all that was declared runs: nothing to say", () => {
  assert.deepEqual(compareRunning(wanted, [task, task, { ...task, state: "exited" }]), []);
});

test("a closed platform wants no application task", () => {
  assert.deepEqual(compareRunning([{ ...wanted[0], replicas: 0 } as (typeof wanted)[0]], []), []);
});

test("names each difference: count, image, health", () => {
  const seen = [{ ...task, image: "r/api@sha256:old", health: "unhealthy" }];
  assert.deepEqual(compareRunning(wanted, seen), [
    "api: 2 tasks were declared, 1 run",
    "api: r/api@sha256:aa was declared, r/api@sha256:old runs (rolled back?)",
    "api: 1 of 1 tasks are unhealthy",
  ]);
});
