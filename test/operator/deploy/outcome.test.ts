import assert from "node:assert/strict";
import { test } from "node:test";
import {
  NotAsDeclaredError,
  outcomeOf,
  RolledBackError,
  saysRolledBack,
  tellingRollbacks,
} from "../../../operator/deploy/outcome.ts";
import { withTaskFailures } from "../../../operator/deploy/watch-tasks.ts";
import { PulumiError } from "../../../toolchain/engine/pulumi-error.ts";

const rollback =
  "pulumi up of stack local ended with 255:\ndocker:index/service:Service api: updating urn:…: 1 error occurred:\n" +
  "\t* service rollback completed: update rolled back due to failure or early termination of task x1";

test("the Docker plugins' words for an update that was taken back are known", () => {
  assert.equal(saysRolledBack(rollback), true);
  assert.equal(
    saysRolledBack("service rollback completed: task: non-zero exit (1) (the rollback itself goes on)"),
    true,
  );
});

test("what only sounds like it is something else", () => {
  for (const words of [
    "no such image",
    "service rollback paused: rollback paused due to failure",
    "service update paused: update paused due to failure",
    "Last task logs:\nERROR: transaction was rolled back",
    "postgres: current transaction is aborted; rollback completed",
  ])
    assert.equal(saysRolledBack(words), false, words);
});

test("the engine's failure becomes a rollback with its words, every other passes through", async () => {
  const failed = new PulumiError(rollback);
  await assert.rejects(
    tellingRollbacks(() => Promise.reject(failed)),
    (error) => error instanceof RolledBackError && error.message === rollback && error.cause === failed,
  );
  const stopped = new PulumiError("interrupted", true);
  await assert.rejects(
    tellingRollbacks(() => Promise.reject(stopped)),
    stopped,
  );
  const own = new Error(rollback);
  await assert.rejects(
    tellingRollbacks(() => Promise.reject(own)),
    own,
  );
  assert.equal(await tellingRollbacks(() => Promise.resolve(7)), 7);
});

test("what a container said last makes no rollback of a failure, and of a rollback nothing less", async () => {
  const look = () => Promise.reject(new Error("service rollback completed: as a container's log might say"));
  const outcomes = [rollback, "no such image"].map((words) =>
    withTaskFailures(look, () => tellingRollbacks(() => Promise.reject(new PulumiError(words)))).catch(
      (error: unknown) => [outcomeOf(error), String(error).includes("as a container's log might say")],
    ),
  );
  assert.deepEqual(await Promise.all(outcomes), [
    ["rolled back", true],
    ["failed", true],
  ]);
});

test("a service that runs another image than declared was rolled back; one that is too few or ill failed", () => {
  const service = "api";
  const image = { kind: "image", service, wanted: "new", running: "old" } as const;
  const count = { kind: "count", service, wanted: 2, running: 1 } as const;
  const ended = (...differences: readonly (typeof image | typeof count)[]) =>
    outcomeOf(new NotAsDeclaredError("x", differences));
  assert.equal(ended(count, image), "rolled back");
  assert.equal(ended(count), "failed");
  assert.equal(outcomeOf(new Error("api was declared, old runs (rolled back?)")), "failed");
});
