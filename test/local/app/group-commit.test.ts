import assert from "node:assert/strict";
import { test } from "node:test";
import { GroupCommit } from "../../../local/app/group-commit.ts";

/** Commits that end when told to, and what each was given. */
function slowCommits() {
  const batches: {
    lane: string;
    items: readonly number[];
    finish: (outcomes?: (Error | undefined)[]) => void;
    fail: (why: Error) => void;
  }[] = [];
  const commit = (lane: string, items: readonly number[]) =>
    new Promise<(Error | undefined)[]>((resolve, fail) => {
      batches.push({
        lane,
        items,
        finish: (outcomes = []) => {
          resolve(outcomes);
        },
        fail,
      });
    });
  return { batches, commit };
}

test("sends at once while a lane is free, and what waits leaves together", async () => {
  const { batches, commit } = slowCommits();
  const group = new GroupCommit(["a", "b"], () => true, commit);
  const writes = [1, 2, 3, 4].map((item) => group.write(item));
  assert.deepEqual(
    batches.map(({ lane, items }) => [lane, items]),
    [
      ["a", [1]],
      ["b", [2]],
    ],
  );
  batches[1]?.finish();
  await writes[1];
  await new Promise(setImmediate);
  assert.deepEqual(
    batches.slice(2).map(({ lane, items }) => [lane, items]),
    [["b", [3, 4]]],
  );
  batches[0]?.finish();
  batches[2]?.finish();
  await Promise.all(writes);
});

test("fails only the item that failed", async () => {
  const { batches, commit } = slowCommits();
  const group = new GroupCommit(["a"], () => true, commit);
  const first = group.write(1);
  const others = [group.write(2), group.write(3)];
  batches[0]?.finish();
  await first;
  await new Promise(setImmediate);
  batches[1]?.finish([undefined, new Error("full")]);
  await others[0];
  await assert.rejects(others[1] ?? first, /^Error: full$/);
});

test("fails the whole batch when its commit fails, and goes on with the next", async () => {
  const { batches, commit } = slowCommits();
  const group = new GroupCommit(["a"], () => true, commit);
  const first = group.write(1);
  const second = group.write(2);
  batches[0]?.fail(new Error("gone"));
  await assert.rejects(first, /gone/);
  await new Promise(setImmediate);
  batches[1]?.finish();
  await second;
});

test("prefers lanes that can be used, and lets one that cannot say why when there is no other", async () => {
  const usable = new Set(["b"]);
  const { batches, commit } = slowCommits();
  const group = new GroupCommit(["a", "b"], (lane) => usable.has(lane), commit);
  const first = group.write(1);
  assert.equal(batches[0]?.lane, "b");
  batches[0].finish();
  await first;
  usable.clear();
  const second = group.write(2);
  assert.equal(batches[1]?.lane, "a");
  batches[1].fail(new Error("not connected"));
  await assert.rejects(second, /not connected/);
});
