import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import type { Entry, Inventory } from "../../../../catalog/inventory/inventory.ts";
import { acceptFlag, judgeInventories } from "../../../../recovery/restore/verify/judge-inventories.ts";

const sum = (last: string): string => last.padStart(64, "0");
const keys = (count: number, content: string, more: Partial<Entry> = {}): Entry => ({
  kind: "keys",
  count,
  digest: { sum: sum(content), sample: "all", hashed: count, bytes: count },
  ...more,
});

function inventory(entries: Record<string, Entry>, at = "03:15:00", sampled = false): Inventory {
  const of = Object.values(entries).reduce((total, { count }) => total + (count ?? 0), 0);
  return {
    format: 1,
    store: "redis",
    version: "8",
    takenAt: `2026-11-20T${at}.000Z`,
    finishedAt: `2026-11-20T${at}.500Z`,
    entries,
    coverage: { hashed: sampled ? 1 : of, of, bytes: of, sampled },
    leftOut: [],
  };
}

const path = "database/0/string";
const judge = (wanted: Record<string, Entry>, found: Record<string, Entry>, accept: readonly string[] = []) =>
  judgeInventories(
    { redis: { wanted: inventory(wanted), found: { value: inventory(found, "04:15:00") } } },
    accept,
  );
const said = ({ checks }: ReturnType<typeof judge>): string[] =>
  checks.map(({ result, sentence }) => `${result}: ${sentence}`);

test("equal holdings are told with their coverage", () => {
  assert.deepEqual(said(judge({ [path]: keys(3, "a") }, { [path]: keys(3, "a") })), [
    "ok: redis: inventory: 3 items, all read at the point, 3 items, all read now, as it has to be",
  ]);
});

test("what was due to go is said, and fails nothing; what was not due fails", () => {
  const due = (from: string): Entry["goes"] => ({
    why: "keys with an expiry",
    windows: [{ from: Date.parse(from), widthMs: 1000, count: 2, sum: sum("b") }],
  });
  const gone = judge(
    { [path]: keys(3, "a", { goes: due("2026-11-20T04:00:00Z") }) },
    { [path]: keys(3, "a") },
  );
  assert.ok(
    gone.checks.every(({ result }) => result === "ok"),
    said(gone).join("\n"),
  );
  assert.match(said(gone).join("\n"), /^ok: redis: keys: database\/0\/string: 2 gone by themselves, as due/m);
  const early = judge(
    { [path]: keys(3, "a", { goes: due("2026-11-20T06:00:00Z") }) },
    { [path]: keys(3, "a") },
  );
  assert.deepEqual(
    early.checks.filter(({ result }) => result === "failed").map(({ store }) => store),
    ["redis"],
  );
});

test("other content in an equal number of items is a finding; accepted by name it is that, and no other is", () => {
  const other = "database/1/hash";
  const wanted = { [path]: keys(3, "a"), [other]: keys(1, "a") };
  const found = { [path]: keys(3, "b"), [other]: keys(2, "c") };
  const name = `redis: keys: ${path}`;
  const { checks, unused } = judge(wanted, found, [name, "redis: keys: nowhere"]);
  assert.deepEqual(
    checks.map(({ result }) => result),
    ["accepted", "failed", "ok"],
  );
  assert.deepEqual(unused, ["redis: keys: nowhere"]);
  assert.match(
    checks[0]?.sentence ?? "",
    /with other content; accepted by --accept "redis: keys: database\/0\/string"$/,
  );
  assert.match(checks[1]?.sentence ?? "", /to accept it: --accept "redis: keys: database\/1\/hash"$/);
  assert.match(checks[2]?.sentence ?? "", /, 2 differences$/);
});

test("what could not be compared is said with its number", () => {
  const names = ["1", "2", "3", "4", "5"];
  const all = (entry: Entry): Record<string, Entry> => Object.fromEntries(names.map((name) => [name, entry]));
  const line = said(judge(all(keys(2, "a")), all({ kind: "keys", count: 2 }))).at(-1) ?? "";
  assert.match(line, /^ok: redis: content not compared, or not all of it: redis: keys: 1: .*; and 2 more$/);
});

test("a store without an answer, without an inventory, or taken before its point's, is not made; one left out is told apart", () => {
  const wanted = inventory({});
  const { checks } = judgeInventories(
    {
      mongo: { wanted, found: { why: "it does not answer" } },
      minio: { why: "never proven." },
      qdrant: { leftOut: "as asked" },
      redis: { wanted, found: { value: inventory({}, "02:00:00") } },
    },
    [],
  );
  assert.deepEqual(
    checks.map(({ store, name, result }) => `${store} ${name} ${result}`),
    [
      "mongo inventory not-made",
      "minio inventory not-made",
      "qdrant not compared accepted",
      "redis inventory not-made",
    ],
  );
  assert.match(checks[3]?.sentence ?? "", /look at the machine's clock/);
});

for (const name of [
  "redis: keys: a b",
  'mongo: collections: "x"',
  "rabbitmq: queues: $HOME `id` 'q' \\ !",
  "صف: x: y",
])
  test(`a shell takes the flag for ${name} as it is meant`, () => {
    const script = `for arg in ${acceptFlag(name)}; do printf '%s\\n' "$arg"; done`;
    assert.equal(execFileSync("bash", ["-c", script], { encoding: "utf8" }), `--accept\n${name}\n`);
  });
