import assert from "node:assert/strict";
import test from "node:test";
import { allFaults } from "../../../drill/faults/registry.ts";
import { checkNames } from "../../../drill/faults/checks.ts";
import { eachCheck, planRuns, storesOf, untouched, type Wanted } from "../../../bench/verify/runs.ts";

const all: Wanted = { seed: 1, runs: null, untouched: 20, only: [], without: null };
const names = (wanted: Partial<Wanted>): string[] => planRuns({ ...all, ...wanted }).map(({ name }) => name);
const stores = ["mongo", "redis", "rabbitmq", "minio", "qdrant"];

test("without more words: each fault once, what is harmless, and twenty recoveries of everything untouched", () => {
  const planned = planRuns(all);
  const found = planned.filter(({ expected }) => expected === "found");
  assert.deepEqual(
    found.map(({ name }) => name),
    allFaults.map(({ fault }) => fault.name),
  );
  assert.equal(planned.filter(({ name }) => name === untouched).length, 20);
  assert.ok(planned.some(({ name, expected }) => name.startsWith("harmless-") && expected === "missed"));
});

test("the same seed draws the same runs with the same seeds of their own; another one draws others", () => {
  const draw = (seed: number) => planRuns({ ...all, seed, runs: 8, untouched: 0 });
  assert.deepEqual(draw(5), draw(5));
  assert.notDeepEqual(draw(5), draw(6));
  assert.equal(new Set(draw(5).map(({ name }) => name)).size, 8);
});

test("of more runs than there are faults each fault comes as often as any other, or once more, drawn anew each time", () => {
  const planned = planRuns({ ...all, runs: 2 * allFaults.length + 3, untouched: 0 });
  const often = Map.groupBy(planned, ({ name }) => name);
  assert.deepEqual(new Set([...often.values()].map((runs) => runs.length)), new Set([2, 3]));
  assert.equal(new Set(planned.map(({ seed }) => seed)).size, planned.length);
});

test("families and names choose", () => {
  assert.deepEqual(names({ only: ["packs-empty", "hosts-store-gone"] }), ["packs-empty", "hosts-store-gone"]);
  assert.ok(names({ only: ["redis"] }).every((name) => name.startsWith("redis-")));
  assert.deepEqual(new Set(names({ only: [untouched] })), new Set([untouched]));
});

test("a check that is switched off is switched off in every run of a fault, which has to be found all the same", () => {
  const planned = planRuns({ ...all, only: ["files"], without: "manifest: sizes" });
  assert.ok(planned.every(({ without, expected }) => without === "manifest: sizes" && expected === "found"));
  assert.doesNotThrow(() => planRuns({ ...all, without: "redis: keys" }));
});

test("each check in turn: every one is switched off, and what only it finds has to be missed", () => {
  const planned = planRuns({ ...all, without: eachCheck });
  assert.deepEqual(new Set(planned.map(({ without }) => without)), new Set(checkNames));
  assert.ok(planned.every(({ expected }) => expected === "missed"));
});

test("what nothing is called by is refused with what there is", () => {
  assert.throws(
    () => planRuns({ ...all, only: ["disks"] }),
    /^RangeError: --only: no fault or family is called disks; families: packs, /,
  );
  assert.throws(
    () => planRuns({ ...all, without: "luck" }),
    /^RangeError: --without: no check is called luck; checks: each, plan, .*; of inventories: .*redis: keys/,
  );
});

test("only the stores that runs need are filled, and that of every other run", () => {
  assert.deepEqual(storesOf(planRuns({ ...all, untouched: 0, only: ["packs"] }), stores), ["redis"]);
  assert.deepEqual(storesOf(planRuns({ ...all, untouched: 0, only: ["qdrant-point-gone"] }), stores), [
    "redis",
    "qdrant",
  ]);
  assert.deepEqual(storesOf(planRuns({ ...all, only: [untouched] }), stores), stores);
});
