import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeRecord, type DrillFacts } from "../../../drill/record/make-record.ts";
import type { DrillRecord } from "../../../drill/record/drill-record.ts";
import { steps } from "../../../drill/steps.ts";
import { at, facts, promised } from "./facts.ts";

const quiet: Partial<DrillFacts> =
  facts.restore === null ? {} : { restore: { ...facts.restore, checks: [] } };
const record = (change: Partial<DrillFacts> = {}, before: DrillRecord | null = null) =>
  makeRecord({ ...facts, ...quiet, ...change }, promised, before);
const advice = (change: Partial<DrillFacts>, before: DrillRecord | null = null) =>
  record(change, before).recommendations;
const earlier: DrillRecord = {
  ...record(),
  id: "the one before",
  finishedAt: at(-30 * 86_400).toISOString(),
};

describe("what a drill recommends", () => {
  it("is nothing when all went as it did before", () => {
    assert.deepEqual(advice({}, earlier), []);
  });

  it("names the phase that took most when there is nothing to hold it against; a step is told by its parts", () => {
    assert.deepEqual(advice({}), [
      { code: "slowest", phase: steps.rebuild, seconds: 150, ofSeconds: 80 + 5 + 150 + 50 + 20 },
    ]);
  });

  it("names the phase that lost most time against the last drill", () => {
    const restore = facts.restore;
    assert.ok(restore !== null);
    const slower = {
      ...restore,
      checks: [],
      phases: restore.phases.map((phase) =>
        phase.name === "fetch" ? { ...phase, seconds: 70 } : { ...phase, seconds: 23 },
      ),
    };
    assert.deepEqual(advice({ restore: slower }, earlier), [
      { code: "slower", phase: "fetch", seconds: 70, beforeSeconds: 50, before: "the one before" },
    ]);
  });

  it("takes no notice of a phase that is slower by a breath, nor of a person's", () => {
    const timeline = facts.timeline.map((step) =>
      step.by === "person"
        ? { ...step, seconds: 200 }
        : step.name === steps.lost
          ? { ...step, seconds: 6.5 }
          : step,
    );
    assert.deepEqual(
      advice({ timeline }, earlier).filter(({ code }) => code === "slower"),
      [],
    );
  });

  it("wants each problem mended, and each thing verified that was not, with what was read of it", () => {
    const { restore } = facts;
    assert.deepEqual(advice({ restore, causes: ["write 3 is missing"] }, earlier), [
      { code: "mend", problem: "write 3 is missing" },
      {
        code: "not-verified",
        store: "mongo",
        sentence: "mongo: documents: big/one: 8500 of 9000 were not read",
        coverage: "mongo: 9000 items, 500 of them read",
      },
    ]);
  });

  it("wants a business check declared where there is none", () => {
    assert.deepEqual(advice({ reads: null }, earlier), [{ code: "declare-check" }]);
  });

  it("warns of an objective of which four fifths are used up, and leaves one that is missed to the problems", () => {
    const near = advice(
      { limits: { rtoSeconds: 300 }, reads: [{ read: "stored", lost: 1, seconds: 720 }] },
      earlier,
    );
    assert.deepEqual(near, [
      { code: "near-limit", objective: "rto", of: null, seconds: 240, limitSeconds: 300 },
      { code: "near-limit", objective: "rpo", of: "stored", seconds: 720, limitSeconds: 900 },
    ]);
    assert.deepEqual(
      advice({ limits: { rtoSeconds: 301 } }, earlier).map(({ code }) => code),
      [],
    );
    assert.deepEqual(
      advice({ limits: { rtoSeconds: 239 } }, earlier).map(({ code }) => code),
      ["mend"],
    );
  });

  it("tells of people who take longer than the machines, and of a drill that was late", () => {
    const timeline = facts.timeline.map((step) => (step.by === "person" ? { ...step, seconds: 160 } : step));
    assert.deepEqual(advice({ timeline }, earlier), [
      { code: "people-waited", seconds: 160, machineSeconds: 140 },
    ]);
    assert.deepEqual(advice({}, { ...earlier, finishedAt: at(-93 * 86_400).toISOString() }), [
      { code: "late", days: 93, afterDays: 92 },
    ]);
  });
});
