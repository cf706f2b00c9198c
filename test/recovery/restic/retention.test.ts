import assert from "node:assert/strict";
import test from "node:test";
import { forgetArguments, resticDuration } from "../../../recovery/restic/retention.ts";

test("a span is told to restic in hours, its smallest unit, never less than was asked for", () => {
  const told = {
    "48h": "48h",
    "90m": "2h",
    "60m": "1h",
    "30s": "1h",
    "500ms": "1h",
    "3601s": "2h",
    "8760h": "8760h",
  } as const;
  for (const [span, hours] of Object.entries(told)) assert.equal(resticDuration(span as "48h"), hours, span);
});

test("keeps by the lineage, in restic's own words", () => {
  assert.deepEqual(forgetArguments("lin", { within: "90m", daily: 7, weekly: 4, monthly: 6 }), [
    ...["--host", "lin", "--group-by", "host", "--keep-last", "1", "--keep-within", "2h"],
    ...["--keep-daily", "7", "--keep-weekly", "4", "--keep-monthly", "6"],
  ]);
});

test("a span that is none is refused", () => {
  assert.throws(() => resticDuration("2d" as "48h"), /^Error: expected a time such as 30s, got "2d"$/);
});
