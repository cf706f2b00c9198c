import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type CutoverSituation,
  describeCutover,
  planCutover,
} from "../../../operator/cutover/plan-cutover.ts";
import { file, former, next, now, record, settings } from "./situations.ts";

const situation: CutoverSituation = { file, settings, key: "prod", to: next, there: [record(former)], now };
const targets = (prod: { address: string; at: string; before?: string } | null) => ({
  ...settings,
  targets: prod === null ? {} : { prod },
});
const moved = { address: next, at: "20270201T030405Z", before: former };
const words = { stack: "prod", file, undo: false };

test("a record moves to the new address, with the time and where it was", () => {
  const plan = planCutover(situation);
  assert.deepEqual(
    { from: plan.from, target: plan.target, does: plan.does },
    { from: former, target: moved, does: "move" },
  );
  assert.deepEqual(describeCutover(plan, words), [
    "cut-over of kaleem.example.com (A)",
    "  from     203.0.113.7",
    "  to       203.0.113.9",
    "  ttl      clients follow within 60s, which resolvers remember the former address for",
    "  changes  Pulumi.account.yaml, and the one record at Cloudflare",
    "  undo     ./kaleem cutover --stack prod --undo",
  ]);
});

test("a record without a target gets its first, and nothing that could be undone", () => {
  const plan = planCutover({ ...situation, settings: targets(null), there: [] });
  assert.deepEqual(plan.target, { address: next, at: "20270201T030405Z" });
  assert.ok(!describeCutover(plan, words).some((line) => line.includes("--undo")));
});

test("undoing goes back to where the record was, and says that nobody looked there", () => {
  const plan = planCutover({ ...situation, settings: targets(moved), to: null, there: [record(next)] });
  assert.deepEqual(plan.target, { address: former, at: "20270201T030405Z", before: next });
  const lines = describeCutover(plan, { ...words, undo: true });
  assert.ok(lines.some((line) => line.includes("not looked at")));
});

test("a run that was broken off is finished; one that was not has nothing to do", () => {
  const broken = planCutover({ ...situation, settings: targets(moved) });
  assert.equal(broken.does, "finish");
  assert.deepEqual(broken.target, moved);
  assert.match(
    describeCutover(broken, words).join("\n"),
    /names the address already, by a run that was broken off/,
  );
  const done = planCutover({ ...situation, settings: targets(moved), there: [record(next)] });
  assert.equal(done.does, "none");
});

test("a cut-over that was broken off before the record moved can be undone", () => {
  const plan = planCutover({ ...situation, settings: targets(moved), to: null });
  assert.equal(plan.target.address, former);
});

test("an address that no client outside reaches is remarked on", () => {
  const remarked = (to: string) =>
    describeCutover(planCutover({ ...situation, to }), words).some((line) => line.startsWith("  remark"));
  for (const to of ["10.0.0.7", "172.16.3.4", "192.168.1.1", "127.0.0.1", "100.64.0.1"])
    assert.ok(remarked(to), to);
  for (const to of ["172.32.0.1", "100.128.0.1", "198.51.100.1"]) assert.ok(!remarked(to), to);
});

const refused: readonly [title: string, change: Partial<CutoverSituation>, says: RegExp][] = [
  [
    "a record that nobody declared",
    { key: "www" },
    /^Pulumi\.account\.yaml: account\.records: expected a record www, got prod/,
  ],
  [
    "a record that somebody else changed",
    { there: [record("198.51.100.1")] },
    /expected 203\.0\.113\.7, as targets\.prod in Pulumi\.account\.yaml says, got 198\.51\.100\.1: somebody else changed it on 2027-01-31T12:00:00Z/,
  ],
  ["a record that somebody removed", { there: [] }, /got no record: somebody removed it/],
  [
    "a second address under the name",
    { there: [record(former), record("198.51.100.1")] },
    /expected one address, got 203\.0\.113\.7, 198\.51\.100\.1/,
  ],
  [
    "a record that was there before its first target",
    { settings: targets(null) },
    /expected none yet, .* got 203\.0\.113\.7 \(id a{32}\).*Adopt it first/,
  ],
  ["an address of the other family", { to: "2001:db8::7" }, /same family as 203\.0\.113\.7, got 2001:db8::7/],
  [
    "an undo of what was never moved",
    { to: null },
    /targets\.prod\.before: expected the address to go back to, got none: it was never moved/,
  ],
];

for (const [title, change, says] of refused)
  test(`${title} is refused`, () => {
    assert.throws(
      () => planCutover({ ...situation, ...change }),
      (error: Error) => {
        assert.match(error.message, says);
        return true;
      },
    );
  });
