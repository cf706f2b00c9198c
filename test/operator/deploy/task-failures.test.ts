import assert from "node:assert/strict";
import test from "node:test";
import {
  newestOfEach,
  readTasks,
  renderTaskFailures,
  type TaskFailure,
} from "../../../operator/deploy/task-failures.ts";
import { withTaskFailures } from "../../../operator/deploy/watch-tasks.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const task = (more: object): string =>
  JSON.stringify({
    task: {
      ID: "t1",
      Name: "api.1",
      CurrentState: "Running 2 minutes ago",
      DesiredState: "Running",
      Error: "",
      ...more,
    },
  });
const container = (more: object): string =>
  JSON.stringify({ container: { task: "t1", health: "unhealthy", check: "", log: "", ...more } });

test("an image that does not exist is told in Swarm's own words", () => {
  const { failures } = readTasks(
    task({ CurrentState: "Rejected 3 seconds ago", Error: '"No such image: r/x@sha256:aa"' }),
  );
  assert.equal(renderTaskFailures(failures), "  api: its last task rejected: No such image: r/x@sha256:aa");
});

test("a task that never gets healthy is told with its check's and its container's last words", () => {
  const { failures, well } = readTasks(
    [
      task({ CurrentState: "Starting 9 seconds ago" }),
      container({
        health: "starting",
        check: base64("refused\n"),
        log: base64("listening\nno route to mongo\n"),
      }),
    ].join("\n"),
  );
  assert.equal(
    renderTaskFailures(failures),
    [
      "  api: its last task is not healthy (starting)",
      "    its health check said: refused",
      "    its last log lines:",
      "      listening",
      "      no route to mongo",
    ].join("\n"),
  );
  assert.deepEqual([...well], []);
});

test("a running task is well, and one that was told to stop is no failure", () => {
  const { failures, well } = readTasks(
    [task({}), task({ ID: "t0", CurrentState: "Shutdown 1 minute ago", DesiredState: "Shutdown" })].join(
      "\n",
    ),
  );
  assert.deepEqual([failures, [...well]], [[], ["t1"]]);
});

test("a task that obeyed when it was stopped as unhealthy has failed, though Swarm calls it complete and shows no error", () => {
  const { failures } = readTasks(
    [
      task({ CurrentState: "Complete 2 seconds ago", DesiredState: "Shutdown" }),
      container({ health: "unhealthy", check: base64("no answer\n"), log: base64("no route to mongo\n") }),
    ].join("\n"),
  );
  assert.equal(failures[0]?.ended, true);
  assert.equal(
    renderTaskFailures(failures),
    [
      "  api: its last task was stopped as unhealthy",
      "    its health check said: no answer",
      "    its last log lines:",
      "      no route to mongo",
    ].join("\n"),
  );
});

test("a task whose container ended by itself has failed, whatever its exit code", () => {
  const { failures } = readTasks(task({ CurrentState: "Complete 2 seconds ago", DesiredState: "Shutdown" }));
  assert.equal(renderTaskFailures(failures), "  api: its last task ended by itself");
});

test("what is printed in another form is refused, not read as health", () => {
  assert.throws(() => readTasks('{"task":{"ID":"t1"}}'));
});

const failure = (more: Partial<TaskFailure>): TaskFailure => ({
  service: "api",
  id: "t1",
  state: "failed: exit 1",
  ended: true,
  check: [],
  log: ["boom"],
  ...more,
});

async function told(looks: readonly { failures: TaskFailure[]; well?: string[] }[]): Promise<string> {
  let index = 0;
  let last: () => void = () => undefined;
  const seen = new Promise<void>((done) => (last = done));
  const look = async () => {
    const { failures, well = [] } = looks[Math.min(index, looks.length - 1)] ?? { failures: [] };
    index += 1;
    if (index >= looks.length) last();
    return Promise.resolve({ failures, well: new Set(well) });
  };
  try {
    await withTaskFailures(look, async () => seen.then(() => Promise.reject(new Error("pulumi failed"))), 1);
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
  return "";
}

test("a failure is told though its service was removed or rolled back before anybody could look", async () => {
  assert.equal(
    await told([{ failures: [] }, { failures: [failure({})] }, { failures: [], well: ["t0"] }]),
    "pulumi failed\nWhat its tasks said:\n  api: its last task failed: exit 1\n    its last log lines:\n      boom",
  );
});

test("a new task that has not been checked yet does not hide what the one before it said", async () => {
  const next = failure({ id: "t2", state: "is not healthy (starting)", ended: false, log: ["hello"] });
  const words =
    "What its tasks said:\n  api: its last task failed: exit 1\n    its last log lines:\n      boom";
  assert.equal(
    await told([{ failures: [] }, { failures: [failure({})] }, { failures: [next] }]),
    `pulumi failed\n${words}`,
  );
  assert.equal(await told([{ failures: [] }, { failures: [next, failure({})] }]), `pulumi failed\n${words}`);
  assert.deepEqual(newestOfEach([next, failure({})]), [failure({})]);
  const checked = { ...next, check: ["refused"] };
  assert.deepEqual(newestOfEach([checked, failure({})]), [checked]);
});

test("that the old tasks of an updated service are well does not hide that the new one is not", async () => {
  const next = failure({ id: "t2", state: "is not healthy (starting)", ended: false });
  assert.match(
    await told([
      { failures: [], well: ["t1"] },
      { failures: [next], well: ["t1"] },
    ]),
    /api: its last task is not healthy \(starting\)\n {4}its last log lines:\n {6}boom$/,
  );
});

test("what had failed before, and what only took its time, is not told", async () => {
  const slow = failure({ id: "t2", service: "mongo", ended: false });
  assert.equal(
    await told([
      { failures: [failure({})] },
      { failures: [failure({}), slow] },
      { failures: [failure({})], well: ["t2"] },
    ]),
    "pulumi failed",
  );
});

test("what fails in the first moment of the work is told, and so is what was already under way to it", async () => {
  const failures: TaskFailure[] = [];
  const look = () => Promise.resolve({ failures: [...failures], well: new Set<string>() });
  const work = () => {
    failures.push(failure({}));
    return Promise.reject(new Error("pulumi failed"));
  };
  await assert.rejects(
    withTaskFailures(look, work),
    /^Error: pulumi failed\nWhat its tasks said:\n {2}api: its last task failed: exit 1\n/,
  );
  const starting = failure({ state: "is not healthy (starting)", ended: false });
  assert.match(
    await told([{ failures: [starting] }, { failures: [failure({})] }]),
    /api: its last task failed: exit 1/,
  );
});

test("that the tasks cannot be looked at stops nothing, and is told beside the failure", async () => {
  const look = () => Promise.reject(new Error("connection refused"));
  assert.equal(await withTaskFailures(look, () => Promise.resolve("up")), "up");
  await assert.rejects(
    withTaskFailures(look, () => Promise.reject(new Error("pulumi failed"))),
    { message: "pulumi failed\n  (the tasks could not be inspected: connection refused)" },
  );
});
