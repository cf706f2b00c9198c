import assert from "node:assert/strict";
import test from "node:test";
import { Random } from "../../../drill/faults/random.ts";

test("the same seed draws the same, another one something else", () => {
  const draw = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 50 }, () => random.below(1_000));
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.ok(draw(7).every((one) => Number.isInteger(one) && one >= 0 && one < 1_000));
});

test("every number comes about as often", () => {
  const random = new Random(1);
  const drawn = Array.from({ length: 10_000 }, () => random.below(10));
  const counts = Array.from({ length: 10 }, (_, value) => drawn.filter((one) => one === value).length);
  assert.ok(
    counts.every((count) => count > 800 && count < 1_200),
    counts.join(" "),
  );
});

test("shuffling keeps all of them; nothing cannot be chosen from", () => {
  const random = new Random(3);
  const all = Array.from({ length: 20 }, (_, index) => index);
  const shuffled = random.shuffle(all);
  assert.deepEqual(
    [...shuffled].sort((a, b) => a - b),
    all,
  );
  assert.notDeepEqual(shuffled, all);
  assert.throws(() => random.pick([]), /^RangeError: there is nothing to choose from$/);
});
