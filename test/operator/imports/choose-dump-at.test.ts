import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { chooseDumpAt, type DumpAsked } from "../../../operator/imports/choose-dump-at.ts";
import type { DumpList } from "../../../recovery/agent/answers/dump-record.ts";
import type { DeploymentList } from "../../../recovery/agent/answers/deployment-list.ts";

const dump = (
  source: string,
  hour: number,
  ...where: ("local" | "offsite")[]
): DumpList["dumps"][number] => ({
  ...{ id: `20261201T0${hour}0000Z-${source}`, source, instant: `2026-12-01T0${hour}:00:00.000Z` },
  ...{ lineage: "l", file: source, bytes: 1, where },
});
const list = {
  dumps: [
    dump("mongo", 0, "offsite"),
    dump("mongo", 6, "local", "offsite"),
    dump("redis", 7, "local"),
    dump("mongo", 8, "local"),
  ],
};
const deployments: DeploymentList["deployments"] = [
  {
    ...{ number: 3, service: "api", from: "a@1", to: "a@2", outcome: "succeeded", words: null },
    ...{ began: "2026-12-01T07:30:00.000Z", ended: null },
  },
];
const chosen = (at: string, more: Partial<DumpAsked> = {}): string =>
  chooseDumpAt(list, { store: "mongo", at, from: "any", ...more }, deployments).id;

test("the newest one at a moment or before it, here or off-site, or one by its id", () => {
  assert.equal(chosen("latest"), "20261201T080000Z-mongo");
  assert.equal(chosen("latest", { from: "offsite" }), "20261201T060000Z-mongo");
  assert.equal(chosen("2026-12-01T06:00Z"), "20261201T060000Z-mongo");
  assert.equal(chosen("2026-12-01T05:59:59Z"), "20261201T000000Z-mongo");
  assert.equal(chosen("2026-12-01T09:30+02:00"), "20261201T060000Z-mongo");
  assert.equal(chosen("before 3"), "20261201T060000Z-mongo");
  assert.equal(chosen("20261201T000000Z-mongo"), "20261201T000000Z-mongo");
});

test("a dump of another lineage is taken by its id alone", () => {
  const others = list.dumps.map((one) => ({ ...one, lineage: "before" }));
  const own = { dumps: [...others, dump("mongo", 1, "local")], own: "l" };
  const pick = (at: string, of = own) =>
    chooseDumpAt(of, { store: "mongo", at, from: "any" }, deployments).id;
  assert.equal(pick("latest"), "20261201T010000Z-mongo");
  assert.equal(pick("20261201T080000Z-mongo"), "20261201T080000Z-mongo");
  assert.throws(() => pick("latest", { dumps: others, own: "l" }), {
    message:
      /brings all of it back from a point; those of before, another lineage than l, are taken only by their ids: --at ID\n/,
  });
});

test("a moment before the first, another store, an unknown deployment or another form is told in words", () => {
  for (const [work, code, sentence] of [
    [
      () => chosen("2026-11-30T00:00Z"),
      exitCodes.noPoint,
      /^restore: there is no dump of mongo at 2026-11-30T00:00Z or before it; the nearest is 20261201T000000Z-mongo, of /,
    ],
    [
      () => chosen("2026-12-01T05:00Z", { from: "local" }),
      exitCodes.noPoint,
      /^restore: there is no dump of mongo on the host at .*; the nearest is 20261201T060000Z-mongo/,
    ],
    [
      () => chosen("latest", { store: "qdrant" }),
      exitCodes.noPoint,
      /^restore: there is no dump of qdrant yet: \.\/kaleem dump takes one; \.\/kaleem restore --service qdrant brings/,
    ],
    [
      () => chosen("before 4"),
      exitCodes.noPoint,
      /^--at: this host has seen no deployment 4: \.\/kaleem deployments lists them/,
    ],
    [
      () => chosen("yesterday"),
      exitCodes.usage,
      /^--at: expected "latest", the id of a dump .*, got "yesterday"/,
    ],
    [() => chosen("20261201T070000Z-redis"), exitCodes.usage, /^--at: expected /],
  ] as const)
    assert.throws(
      work,
      (error) => error instanceof RecoveryError && error.exitCode === code && sentence.test(error.message),
    );
});
