import assert from "node:assert/strict";
import { test } from "node:test";
import { recoverNotes, recoverRatio, recoverTable, type RecoverTimes } from "../../bench/recover-table.ts";

const step = (name: string, startedAt: number, endedAt: number) => ({ name, startedAt, endedAt });
const phase = (
  name: "close" | "fetch" | "verify" | "open",
  seconds: number,
  state: "done" | "skipped" = "done",
) => ({
  name,
  state,
  seconds,
  startedAt: "2026-11-20T03:00:00.000Z",
  detail: "",
});

/** Two machines were made in 30 s each; of `pulumi up` 10 and 20 s are packages. */
const times = {
  up: [
    step("machine", 0, 30),
    step("data", 30, 31),
    step("stack file and secrets", 31, 33),
    step("pulumi up", 33, 93),
    step("health through the edge", 93, 100),
    step("first point", 100, 109),
  ],
  recover: [
    step("machine", 0, 30),
    step("data", 30, 32),
    step("stack file and secrets", 32, 35),
    step("pulumi up", 35, 105),
    step("health through the edge", 105, 108),
    step("fetch", 108, 110),
    step("close", 110, 111),
    step("verify", 111, 121),
    step("open", 121, 125),
    step("data", 125, 126),
    step("pulumi up", 126, 140),
  ],
  packages: { up: 10, recover: 20 },
  fetch: { state: "fetched", seconds: 40 },
  report: { phases: [phase("close", 1), phase("fetch", 0), phase("verify", 10), phase("open", 4)] },
} as unknown as RecoverTimes;

test("both are counted from a machine that is there until it serves, without its packages", () => {
  assert.deepEqual(recoverRatio(times), { alone: 60, open: 75, ratio: 1.25 });
});

test("each phase is told of both, fetch with what of it is left behind the rest, and the total with packages too", () => {
  assert.deepEqual(recoverTable(times), [
    ["phase", "up (s)", "recover (s)"],
    ["the machine's packages, counted apart", "10.0", "20.0"],
    ["data", "1.0", "2.0"],
    ["stack file and secrets", "2.0", "3.0"],
    ["pulumi up", "60.0", "70.0"],
    ["health through the edge", "7.0", "3.0"],
    ["fetch, beside these and after them", "", "40.0"],
    ["of which after them", "", "2.0"],
    ["close", "", "1.0"],
    ["verify", "", "10.0"],
    ["open", "", "4.0"],
    ["until it serves, with packages", "70.0", "95.0"],
    ["until it serves, packages apart", "60.0", "75.0"],
    ["against up alone", "1", "1.25"],
    ["and until the state is told", "", "90.0"],
  ]);
});

test("a recovery beyond the limit is said out loud", () => {
  assert.match(
    recoverNotes(times, 1_003_000_000).join("\n"),
    /^1003 MB in the point;[^]* 1\.25 × .*; within the limit of 1\.25 ×\.$/,
  );
  const slow = { ...times, packages: { up: 10, recover: 19 } };
  assert.match(recoverNotes(slow, 1).join("\n"), /1\.27 × .*; NOT within the limit/);
});

test("no figure is made up: of a fetch that was not beside the rest, or a platform that never opened", () => {
  assert.throws(() => recoverTable({ ...times, fetch: { state: "not-begun" } }), {
    message:
      "bench: the point was not fetched beside the rest (nothing began it), so there is nothing to compare",
  });
  assert.throws(
    () => recoverTable({ ...times, fetch: { state: "failed", sentence: "no answer", seconds: 3 } }),
    /not fetched beside the rest \(no answer\)/,
  );
  const closed = times.recover.filter(({ name }) => name !== "open");
  assert.throws(() => recoverRatio({ ...times, recover: closed }), /there was no step "open"/);
});
