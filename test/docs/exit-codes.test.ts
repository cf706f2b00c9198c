import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodes } from "../../contract/exit-codes.ts";
import { textOf } from "./support/sources.ts";

test("docs/exit-codes.md has every exit code, by its number and name, in ascending order", () => {
  const rows = [...textOf("docs/exit-codes.md").matchAll(/^\| +(\d+) \| (\w+) +\|/gm)].map(
    ([, code, name]) => [name, Number(code)],
  );
  assert.deepEqual(rows, Object.entries(exitCodes));
});
