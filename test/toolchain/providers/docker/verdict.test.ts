import assert from "node:assert/strict";
import { test } from "node:test";
import type { SwarmTask } from "../../../../toolchain/providers/docker/service/swarm.ts";
import { judge, problemsOf } from "../../../../toolchain/providers/docker/service/verdict.ts";
import type { Look } from "../../../../toolchain/providers/docker/service/verdict.ts";

const task = (change: Partial<SwarmTask> = {}): SwarmTask => ({
  id: "t",
  state: "running",
  desiredState: "running",
  problem: "",
  containerId: "c",
  fingerprint: "new",
  createdAt: "2026-01-01",
  place: "slot 1",
  ...change,
});
const second = (change: Partial<SwarmTask> = {}): SwarmTask => task({ place: "slot 2", ...change });

const look = (change: Partial<Look> & { state?: string; message?: string } = {}): Look => ({
  status: { state: change.state ?? "", message: change.message ?? "" },
  tasks: [task(), second()],
  replicas: 2,
  wanted: "new",
  ...change,
});

test("is done when Swarm says nothing and every wanted task runs: an update that changes no task has no status", () => {
  assert.deepEqual(judge(look(), undefined), { kind: "done", running: 2 });
});

test("does not take Swarm's word that an update is complete while a task is missing", () => {
  const broken = look({ state: "completed", tasks: [task(), second({ state: "starting" })] });
  assert.deepEqual(judge(broken, undefined), { kind: "waiting", running: 1 });
});

test("does not count tasks of the old spec", () => {
  assert.equal(judge(look({ tasks: [task(), second({ fingerprint: "old" })] }), undefined).kind, "waiting");
});

test("does not call it done half way, though enough tasks run", () => {
  assert.equal(judge(look({ state: "updating" }), undefined).kind, "waiting");
});

test("waits for tasks that are to come or to go", () => {
  assert.equal(
    judge(
      look({ tasks: [task(), second(), task({ place: "slot 3", desiredState: "ready", state: "ready" })] }),
      undefined,
    ).kind,
    "waiting",
  );
  assert.equal(judge(look({ replicas: 0 }), undefined).kind, "waiting");
  assert.equal(
    judge(look({ replicas: 0, tasks: [task({ desiredState: "shutdown" })] }), undefined).kind,
    "done",
  );
});

test("takes a global service for done when every task that is meant to run does", () => {
  assert.equal(judge({ ...look(), replicas: undefined }, undefined).kind, "done");
  assert.equal(judge({ ...look({ tasks: [] }), replicas: undefined }, undefined).kind, "waiting");
});

test("sees what Swarm left beside the wanted tasks: it is neither done nor worth waiting for", () => {
  const two = look({ state: "completed", tasks: [task(), second(), second({ id: "u" })] });
  assert.deepEqual(judge(two, undefined), { kind: "surplus", running: 3 });
  const never = look({ tasks: [task(), second(), second({ desiredState: "ready", state: "ready" })] });
  assert.deepEqual(judge(never, undefined), { kind: "surplus", running: 2 });
  const old = look({ tasks: [task(), second(), second({ fingerprint: "old" })] });
  assert.equal(judge(old, undefined).kind, "surplus");
  const node = [task({ place: "node a" }), task({ place: "node a" })];
  assert.equal(judge({ ...look({ tasks: node }), replicas: undefined }, undefined).kind, "surplus");
});

test("two tasks in one place do not stand for the one that is missing in another", () => {
  const missing = look({ tasks: [task(), task({ id: "u" })] });
  assert.equal(judge(missing, undefined).kind, "waiting");
  const starting = look({ tasks: [task(), task({ id: "u" }), second({ state: "starting" })] });
  assert.equal(judge(starting, undefined).kind, "waiting");
});

test("while Swarm still updates, a second task in a place is its own affair", () => {
  const updating = look({ state: "updating", tasks: [task(), second(), second({ id: "u" })] });
  assert.equal(judge(updating, undefined).kind, "waiting");
});

test("waits for a rollback to end, and then says what began it", () => {
  const begun = judge(look({ state: "rollback_started", message: "task x failed" }), undefined);
  assert.deepEqual(begun, { kind: "rollingBack", message: "task x failed" });
  const ended = judge(look({ state: "rollback_completed", message: "rollback completed" }), "task x failed");
  assert.deepEqual(ended, { kind: "failed", message: "service rollback completed: task x failed" });
});

test("fails a paused update and a paused rollback", () => {
  assert.deepEqual(judge(look({ state: "paused", message: "m" }), undefined), {
    kind: "failed",
    message: "service update paused: m",
  });
  assert.deepEqual(judge(look({ state: "rollback_paused", message: "m" }), undefined), {
    kind: "failed",
    message: "service rollback paused: m",
  });
});

test("names each problem once, newest first", () => {
  const tasks = [
    task({ problem: "b" }),
    task({ problem: "a" }),
    task(),
    task({ problem: "b" }),
    task({ problem: "c" }),
  ];
  assert.deepEqual(problemsOf(tasks, 2), ["b", "a"]);
});
