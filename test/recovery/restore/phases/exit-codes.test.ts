import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { exitCodes } from "../../../../contract/exit-codes.ts";
import { refusalExitCode } from "../../../../recovery/restore/plan/refusal-exit-code.ts";
import { refusalSchema } from "../../../../recovery/restore/plan/refusal.ts";

test("every exit code is documented, under its own number", () => {
  const text = readFileSync(new URL("../../../../docs/exit-codes.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\|\s*(\d+)\s*\|\s*(\w+)\s*\|/gm)].map(
    ([, code, name]) => `${name} ${code}`,
  );
  assert.deepEqual(
    rows,
    Object.entries(exitCodes)
      .map(([name, code]) => `${name} ${code}`)
      .sort((a, b) => Number(a.split(" ")[1]) - Number(b.split(" ")[1])),
  );
});

test("every reason against a restore has its own exit code", () => {
  const codes = refusalSchema.shape.code.options.map((code) => refusalExitCode([{ code, sentence: "" }]));
  assert.equal(new Set(codes).size, codes.length);
  assert.ok(!codes.includes(exitCodes.failed) && !codes.includes(exitCodes.ok));
});

test("of several reasons the one that must be dealt with first decides", () => {
  const refusals = (["no-space", "founded", "wrong-password"] as const).map((code) => ({
    code,
    sentence: "",
  }));
  assert.equal(refusalExitCode(refusals), exitCodes.wrongPassword);
});
