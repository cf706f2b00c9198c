import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dataUntouchedBefore,
  foundDuring,
  orderConstraints,
  phaseFacts,
} from "../../../../recovery/restore/plan/phase-facts.ts";
import { phaseNames, type PhaseName } from "../../../../recovery/restore/plan/phase-name.ts";

const at = (name: PhaseName): number => phaseNames.indexOf(name);

for (const { first, then, because } of orderConstraints) {
  test(`${first} comes before ${then}: ${because}`, () => assert.ok(at(first) < at(then)));
}

test("each phase is held in its place by a constraint", () => {
  const held = new Set(orderConstraints.flatMap(({ first, then }) => [first, then]));
  assert.deepEqual(
    phaseNames.filter((name) => !held.has(name)),
    [],
  );
});

test("nothing changes data before the platform is closed and its state saved, nor after it is open", () => {
  for (const name of phaseNames) {
    if (!phaseFacts[name].changesData) continue;
    assert.equal(foundDuring(name), "closed", name);
    assert.equal(phaseFacts[name].leaves, "closed", name);
    assert.ok(at(name) > at("safety-point"), name);
  }
});

test("whatever changes data, and whoever opens, keeps points and shipping away", () => {
  for (const name of phaseNames) {
    if (phaseFacts[name].changesData || phaseFacts[name].leaves !== foundDuring(name)) {
      assert.equal(phaseFacts[name].locks, name !== "close", name);
    }
  }
  // They take a point, which takes the lock by itself.
  assert.equal(phaseFacts["safety-point"].locks, false);
  assert.equal(phaseFacts.record.locks, false);
});

test("the platform is closed once, opened once, and at no other time something else", () => {
  const states = phaseNames.map((name) => phaseFacts[name].leaves);
  const runs = states.filter((state, index) => state !== states[index - 1]);
  assert.deepEqual(runs, ["as found", "closed", "open"]);
});

test("a run that goes on while the platform should be closed closes it again, and does nothing again that comes later", () => {
  for (const name of phaseNames) {
    const closed = foundDuring(name) === "closed";
    assert.equal(phaseFacts[name].repeats.includes("close"), closed, name);
    for (const again of phaseFacts[name].repeats) assert.ok(at(again) < at(name), `${again} before ${name}`);
  }
});

test("the live data is that of before until the first phase that changes it has run", () => {
  const untouched = phaseNames.filter(dataUntouchedBefore);
  assert.deepEqual(untouched.at(-1), "place");
});
