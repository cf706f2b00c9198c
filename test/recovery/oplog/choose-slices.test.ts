import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseSlices, type Span } from "../../../recovery/oplog/choose-slices.ts";
import { parseCut } from "../../../recovery/oplog/cut.ts";
import { foldersDue } from "../../../recovery/oplog/forget-slices.ts";
import type { SliceName } from "../../../recovery/oplog/slice.ts";
import { noon } from "./oplog-fixture.ts";

const at = (seconds: number, i = 1) => ({ t: noon + seconds, i });
const slice = (from: number, to: number, previous: string | null, digest: string): SliceName => ({
  key: digest,
  lineage: "l1",
  generation: 1,
  after: at(from),
  last: at(to),
  until: noon + to,
  previous,
  digest,
});
const chain = [slice(0, 100, null, "a"), slice(100, 200, "a", "b"), slice(200, 300, "b", "c")];
const span = (from: number, before: number, i = 0): Span => ({
  lineage: "l1",
  generation: 1,
  from: at(from),
  before: at(before, i),
});
const chosen = (slices: readonly SliceName[], wanted: Span) => {
  const result = chooseSlices(slices, wanted);
  return "code" in result ? result.sentence : result.slices.map(({ key }) => key).join("");
};

test("the slices from a point to a time are those between them, and no others", () => {
  assert.equal(chosen(chain, span(10, 250)), "abc");
  assert.equal(chosen(chain, span(170, 250)), "bc");
  assert.equal(chosen(chain, span(262, 280)), "c");
  assert.equal(chosen([...chain].reverse(), span(10, 150)), "ab");
});

test("a transaction's parts may be a minute older than the point", () => {
  assert.equal(chosen(chain, span(110, 150)), "ab");
  assert.equal(chosen(chain, span(161, 190)), "b");
});

test("just before an entry needs the slice that holds it; before a second, all of the seconds before", () => {
  assert.equal(chosen(chain, span(10, 200, 1)), "ab");
  assert.equal(chosen(chain, span(10, 200, 2)), "abc");
  assert.equal(chosen(chain, span(10, 200)), "ab");
});

test("a time that is not off-site yet is refused, with the nearest that is", () => {
  assert.match(
    chosen(chain, span(10, 400)),
    /^oplog: the oplog is off-site up to 2026-12-01T04:05:00Z .*, and 2026-12-01T04:06:40Z \(.*\) is after that: go to that time or before\.$/,
  );
});

test("a time within the point is refused", () => {
  assert.match(
    chosen(chain, span(100, 50)),
    /the point holds everything up to 2026-12-01T04:01:40Z .* already/,
  );
});

test("beyond a hole nothing is replayed, and the last time before it is told", () => {
  const holed = [chain[0], { ...slice(250, 300, null, "d") }].filter((one) => one !== undefined);
  assert.match(
    chosen(holed, span(10, 280)),
    /^oplog: the oplog has a hole between 2026-12-01T04:01:40Z .* and 2026-12-01T04:04:10Z .*: go to 2026-12-01T04:01:40Z/,
  );
  assert.equal(chosen(holed, span(10, 90)), "a");
  assert.equal(chosen(holed, span(260, 280)), "d");
});

test("a slice that is missing in the middle is a hole", () => {
  assert.match(
    chosen(
      chain.filter(({ key }) => key !== "b"),
      span(10, 280),
    ),
    /has a hole/,
  );
});

test("a slice that names the one before it, and begins elsewhere, is a hole", () => {
  const moved = [slice(0, 100, null, "a"), slice(120, 200, "a", "b")];
  assert.match(chosen(moved, span(10, 150)), /has a hole/);
});

test("a point that is older than the slices is refused", () => {
  assert.match(
    chosen(chain, span(-50, 50)),
    /the slices of the oplog begin at 2026-12-01T04:00:00Z .*: choose a point that was taken after that/,
  );
});

test("of slices that were written twice, one chain is taken and no mixture", () => {
  const twice = [...chain, slice(100, 180, "a", "x"), slice(180, 220, "x", "y")];
  assert.equal(chosen(twice, span(10, 290)), "abc");
  assert.equal(chosen([...twice, slice(220, 400, "y", "z")], span(10, 290)), "axyz");
});

test("slices of another generation or lineage do not count", () => {
  assert.match(
    chosen(chain, { ...span(10, 90), generation: 2 }),
    /no slices of the oplog of lineage l1, generation 2/,
  );
  assert.match(chosen(chain, { ...span(10, 90), lineage: "l2" }), /no slices/);
});

test("an entry that only a store that went on would have is known", () => {
  const result = chooseSlices(chain, span(10, 150));
  assert.ok(!("code" in result));
  assert.deepEqual(result.beyond, at(200));
});

test("an end is a time or a position, and nothing else", () => {
  assert.deepEqual(parseCut("2026-12-01T04:00:00Z"), { t: noon, i: 0 });
  assert.deepEqual(parseCut("2026-12-01T06:00:00.900+02:00"), { t: noon, i: 0 });
  assert.deepEqual(parseCut(`${noon}:3`), { t: noon, i: 3 });
  for (const wrong of ["", "yesterday", "2026-12-01", "12:3:4", "2026-13-01T04:00Z"])
    assert.equal(parseCut(wrong), null);
});

test("slices are due once they are older than the oldest point of the window; without a point none is", () => {
  const days = (n: number) => new Date(noon * 1000 - n * 86_400_000).toISOString();
  const retention = {
    lineage: "l1",
    generation: 1,
    windowMs: 15 * 86_400_000,
    lockForMs: 1,
    nowMs: noon * 1000,
  };
  const due = (points: string[]) => foldersDue({ ...retention, points }).at(-1);
  assert.equal(due([]), undefined);
  assert.equal(due([days(90), days(14), days(1)]), "oplog/l1/1/2026-11-16/");
  assert.equal(due([days(90)]), "oplog/l1/1/2026-09-01/");
});
