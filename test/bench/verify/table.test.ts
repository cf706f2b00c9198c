import assert from "node:assert/strict";
import test from "node:test";
import type { RunResult } from "../../../bench/verify/runs.ts";
import { verdictTable } from "../../../bench/verify/table.ts";

const result = (more: Partial<RunResult>): RunResult => ({
  ...{ name: "packs-gone", seed: 5, without: null, expected: "found", family: "packs" },
  ...{ cause: "pack-damaged", check: "fetch", outcome: "found", said: [], by: [], byItself: 0, seconds: 2 },
  ...more,
});

test("a row a family; what did not come to what it had to is told with its seed", () => {
  const { table, notes } = verdictTable([
    result({}),
    result({ name: "packs-empty", outcome: "missed", seed: 9 }),
    result({ name: "files-mode", family: "files", outcome: "otherwise", said: ["manifest: other words"] }),
    result({
      name: "files-time",
      family: "files",
      outcome: "missed",
      expected: "missed",
      without: "manifest: times",
    }),
    result({
      name: "untouched",
      family: "untouched",
      outcome: "otherwise",
      expected: "missed",
      said: ["redis: canary"],
      byItself: 4,
    }),
  ]);
  assert.deepEqual(table.slice(1), [
    ["packs", "2", "1", "1", "0", "1", "2.0"],
    ["files", "2", "0", "1", "1", "1", "2.0"],
    ["untouched", "1", "0", "0", "1", "0", "2.0"],
  ]);
  assert.deepEqual(notes, [
    "packs-empty: MISSED: the verdict is that all is well (seed of the run 9)",
    "files-mode: something else was said than what had to be: manifest: other words (seed of the run 5)",
    "untouched: something else was said than what had to be: redis: canary; expected nothing to be said, and it says: redis: canary (seed of the run 5)",
    "0 of 1 untouched recoveries of all stores passed; in each, 4 of the entries had lost something by itself, as due.",
  ]);
});
