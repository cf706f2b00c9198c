import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRenames } from "../../../operator/imports/renames.ts";

test("databases are renamed by pairs, to their own name too", () => {
  assert.deepEqual(parseRenames([]), {});
  assert.deepEqual(parseRenames(["a=b", "c=c"]), { a: "b", c: "c" });
});

test("what is no pair of databases, and a name that comes twice, are told at once", () => {
  assert.throws(() => parseRenames(["a", "a=b=c", "=b", "a b=c", "x=y", "x=z"]), {
    message: [
      ...["a", "a=b=c", "=b", "a b=c"].map(
        (text) => `--rename: expected DATABASE=DATABASE, got ${JSON.stringify(text)}`,
      ),
      "--rename: a is named twice",
      "--rename: b is named twice",
    ].join("\n"),
  });
  assert.throws(() => parseRenames(["a=z", "b=z"]), { message: "--rename: z is named twice" });
});
