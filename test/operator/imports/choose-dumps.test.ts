import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseDumps, dumpsAsked } from "../../../operator/imports/choose-dumps.ts";
import type { DumpList } from "../../../recovery/agent/answers/dump-record.ts";

const dump = (source: string, hour: number): DumpList["dumps"][number] => ({
  ...{ id: `20261201T0${hour}0000Z-${source}`, source, instant: `2026-12-01T0${hour}:00:00.000Z` },
  ...{ lineage: "l", file: source, bytes: 1, where: ["local" as const] },
});
const list: DumpList = {
  dumps: [dump("mongo", 6), dump("redis", 2), dump("mongo", 0), dump("configs", 0)],
  failed: [],
  notes: [],
};
const ids = (id: string | null, ...only: string[]): string[] =>
  chooseDumps(list, { id, only }).map((one) => one.id);

test("the newest dump of each store that can be imported, of those that were asked for, or one by its id", () => {
  assert.deepEqual(ids(null), ["20261201T060000Z-mongo", "20261201T020000Z-redis"]);
  assert.deepEqual(ids(null, "redis"), ["20261201T020000Z-redis"]);
  assert.deepEqual(ids("20261201T000000Z-mongo"), ["20261201T000000Z-mongo"]);
});

test("the newest is of the lineage that is here; another one's is taken by its id alone", () => {
  const others = { ...list, own: "here" };
  assert.throws(() => chooseDumps(others, { id: null, only: [] }), {
    message:
      /^import: there is no dump of .* yet: \.\/kaleem dump takes one; those of l, another lineage than here, are taken only by their ids: --from dump:ID\n/,
  });
  const [first] = list.dumps;
  assert.deepEqual(chooseDumps(others, { id: first?.id ?? "", only: [] }), [first]);
  assert.equal(chooseDumps({ ...list, own: "l" }, { id: null, only: ["mongo"] })[0], first);
});

test("what there is not is refused in words", () => {
  for (const [work, sentence] of [
    [() => ids(null, "qdrant"), /^import: there is no dump of qdrant yet: \.\/kaleem dump takes one\n/],
    [() => ids(null, "nginx"), /^--store: expected mongo, redis, .*, got nginx\n/],
    [() => ids("gone"), /^import: there is no dump gone: \.\/kaleem dumps lists those that there are\n/],
    [
      () => ids("20261201T000000Z-configs"),
      /^import: a dump of configs is loaded by hand alone: see docs\/runbooks\/by-hand\.md\n/,
    ],
    [
      () => chooseDumps({ ...list, dumps: [] }, { id: null, only: [] }),
      /^import: there is no dump of mongo, redis, /,
    ],
  ] as const)
    assert.throws(work, { message: sentence });
});

test("what is no word for dumps is a folder, or a repository", () => {
  assert.deepEqual(dumpsAsked("dumps"), { id: null });
  assert.deepEqual(dumpsAsked("dump:20261201T000000Z-mongo"), { id: "20261201T000000Z-mongo" });
  for (const from of ["/backups", "restic:/backups", "./dumps"]) assert.equal(dumpsAsked(from), null);
});
