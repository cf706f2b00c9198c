import assert from "node:assert/strict";
import { test } from "node:test";
import { buildArguments, editText } from "../../../local/images/go-build.ts";

const edits = { "return false": "return $& true" };
const name = "example.test/module/file.go";

test("an edit changes the one place that it knows, to the letter", () => {
  assert.equal(editText("a\nreturn false\nb\n", edits, name), "a\nreturn $& true\nb\n");
});

test("a module that looks different from the pinned one is refused", () => {
  for (const source of ["a", "return false; return false"]) {
    assert.throws(() => editText(source, edits, name), {
      message: `vendor/${name}: expected "return false" exactly once; the edit in the recipe is for another version`,
    });
  }
});

test("builds from vendored modules, stripped, with the wanted tags and flags", () => {
  const build = {
    module: "/m",
    packages: ["./a", "example.test/b"],
    tags: ["x", "y"],
    linkerFlags: ["-X v=1"],
  };
  assert.equal(
    buildArguments(build, "/out").join(" "),
    "build -mod=vendor -trimpath -tags=x,y -ldflags=-s -w -X v=1 -o /out/ ./a example.test/b",
  );
});
