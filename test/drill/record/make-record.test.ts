import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drillRecordSchema } from "../../../drill/record/drill-record.ts";
import { makeRecord, type DrillFacts } from "../../../drill/record/make-record.ts";
import { steps } from "../../../drill/steps.ts";
import { at, facts, promised } from "./facts.ts";

const record = (change: Partial<DrillFacts> = {}) => makeRecord({ ...facts, ...change }, promised, null);

const ofMongoAlone =
  facts.restore === null ? null : { ...facts.restore, point: { ...facts.restore.point, stores: ["mongo"] } };

describe("the record of a drill", () => {
  it("counts what people took apart from the time that a recovery really needs", () => {
    assert.deepEqual(record().rto, { seconds: 240, personSeconds: 60, objectiveSeconds: 3600 });
  });

  it("leaves out what a person took before the loss, and after customers were served", () => {
    const person = (second: number) =>
      ({ name: steps.person, at: at(second).toISOString(), seconds: 7, by: "person" }) as const;
    const timeline = [person(50), person(200), person(410)];
    assert.deepEqual(record({ timeline }).rto.personSeconds, 7);
  });

  it("tells the RPO of each store by the age of the point, whatever clocks say", () => {
    assert.deepEqual(record().stores, [
      { store: "minio", rpoSeconds: 60, objectiveSeconds: 900 },
      { store: "mongo", rpoSeconds: 60, objectiveSeconds: 900 },
    ]);
    assert.equal(record({ rpoSeconds: -0.2 }).stores[0]?.rpoSeconds, 0);
  });

  it("tells what each read lost of what customers were promised, against the strictest that is promised of a store", () => {
    assert.deepEqual(record().reads, [
      { read: "stored", rpoSeconds: 12, lostWrites: 30, objectiveSeconds: 900 },
    ]);
    assert.equal(record({ limits: { rpoSeconds: 15 } }).reads?.[0]?.objectiveSeconds, 15);
  });

  it("says that there was no business check, and still tells what its stores can have lost", () => {
    const { reads, stores } = record({ reads: null });
    assert.equal(reads, null);
    assert.equal(stores.length, 2);
  });

  it("has the restore's phases below their step, without those that were left out", () => {
    const names = record().phases.map(({ name, of }) => (of === null ? name : `${of} / ${name}`));
    assert.deepEqual(names.slice(-3), [
      steps.restore,
      `${steps.restore} / fetch`,
      `${steps.restore} / verify`,
    ]);
  });

  it("names what was not verified, and how much was read", () => {
    const { unverified, coverage } = record();
    assert.deepEqual(unverified, [
      {
        store: "mongo",
        check: "not covered",
        sentence: "mongo: documents: big/one: 8500 of 9000 were not read",
      },
    ]);
    assert.deepEqual(coverage, [{ store: "mongo", sentence: "mongo: 9000 items, 500 of them read" }]);
  });

  it("is read back as it was written", () => {
    const made = record();
    assert.deepEqual(drillRecordSchema.parse(JSON.parse(JSON.stringify(made))), made);
  });

  const red: [string, Partial<DrillFacts>, RegExp][] = [
    ["a cause that the scenario found", { causes: ["write 3 is missing"] }, /^write 3 is missing$/],
    [
      "a recovery that took longer than is promised",
      { servedAt: at(100 + 60 + 3601) },
      /^RTO: 3601 s without what people took, more than the 3600 s that are promised$/,
    ],
    [
      "a limit of the scenario's own, which is stricter",
      { limits: { rtoSeconds: 200 } },
      /^RTO: 240 s without what people took, more than the 200 s that are promised$/,
    ],
    [
      "a store whose point was older than is promised",
      { rpoSeconds: 901, restore: ofMongoAlone },
      /^mongo: RPO: 901 s, more than the 900 s that are promised$/,
    ],
    [
      "writes of a longer time lost than is promised",
      { reads: [{ read: "stored", lost: 1, seconds: 901 }] },
      /^writes, read as stored: RPO: 901 s, more than the 900 s that are promised$/,
    ],
    [
      "a platform that never served again, and nobody says why",
      { servedAt: null },
      /^customers were not served again, and nothing says why$/,
    ],
  ];
  for (const [what, change, problem] of red)
    it(`is no success: ${what}`, () => {
      const { success, problems } = record(change);
      assert.equal(success, false);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", problem);
    });

  it("is a success when nothing is wrong", () => {
    assert.equal(record().success, true);
  });
});
