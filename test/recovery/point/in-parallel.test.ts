import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { describe, it } from "node:test";
import { inParallel } from "../../../recovery/point/in-parallel.ts";

describe("inParallel", () => {
  it("does every item once, as many at a time as it may", async () => {
    const done: number[] = [];
    let busy = 0;
    let most = 0;
    await inParallel([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, ++busy);
      await setImmediate();
      busy -= 1;
      done.push(item);
    });
    assert.deepEqual(done.sort(), [1, 2, 3, 4, 5]);
    assert.equal(most, 2);
  });

  it("begins nothing more after a failure, and rejects only when what was under way has ended", async () => {
    const begun: number[] = [];
    let ended = false;
    const work = async (item: number): Promise<void> => {
      begun.push(item);
      if (item === 1) throw new Error("first");
      await setImmediate();
      await setImmediate();
      ended = true;
    };
    await assert.rejects(inParallel([1, 2, 3, 4], 2, work), /^Error: first$/);
    assert.deepEqual(begun, [1, 2]);
    assert.ok(ended);
  });
});
