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
  assert.deepEqual(
    buildArguments(build, "/out").map((run) => run.join(" ")),
    ["build -mod=vendor -trimpath -tags=x,y -ldflags=-s -w -X v=1 -o /out/ ./a example.test/b"],
  );
});

test("commands that are all called main get names of their own, each by a run of its own", () => {
  const named = { dump: "example.test/dump/main", load: "example.test/load/main" };
  assert.deepEqual(
    buildArguments({ module: "/m", named }, "/out").map((run) => run.join(" ")),
    [
      "build -mod=vendor -trimpath -ldflags=-s -w -o /out/dump example.test/dump/main",
      "build -mod=vendor -trimpath -ldflags=-s -w -o /out/load example.test/load/main",
    ],
  );
});
