import assert from "node:assert/strict";
import { test } from "node:test";
import { applyPatch, buildArguments } from "../../../local/images/go-build.ts";

const patch = { file: "example.test/module/file.go", from: "return false", to: "return $& true" };

test("a patch changes the one place that it knows, to the letter", () => {
  assert.equal(applyPatch(patch, "a\nreturn false\nb\n"), "a\nreturn $& true\nb\n");
});

test("a module that looks different from the pinned one is refused", () => {
  for (const [source, times] of [
    ["a", 0],
    ["return false; return false", 2],
  ] as const) {
    assert.throws(() => applyPatch(patch, source), {
      message: `example.test/module/file.go: expected "return false" once, found it ${times} times; look at the pinned version`,
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
