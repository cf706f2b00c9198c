import assert from "node:assert/strict";
import { test } from "node:test";
import { findVersion, isAtLeast } from "../../../toolchain/engine/version.ts";

test("a version is found in whatever a tool prints", () => {
  assert.equal(findVersion("v3.259.0\n"), "3.259.0");
  assert.equal(findVersion("go version go1.26.8 linux/amd64"), "1.26.8");
  assert.equal(findVersion("go1.25"), "1.25");
  assert.equal(findVersion("3.260.0-alpha.1"), "3.260.0");
  assert.equal(findVersion("devel"), undefined);
});

test("versions are compared by numbers, and missing parts count as zero", () => {
  const later: readonly (readonly [string, string])[] = [
    ["3.258.0", "3.258.0"],
    ["3.1000.0", "3.258.0"],
    ["4.0.0", "3.258.0"],
    ["1.26", "1.25.11"],
  ];
  for (const [version, oldest] of later)
    assert.equal(isAtLeast(version, oldest), true, `${version} ${oldest}`);
  const earlier: readonly (readonly [string, string])[] = [
    ["3.99.0", "3.258.0"],
    ["2.999.0", "3.258.0"],
    ["1.25", "1.25.11"],
    ["1.25.9", "1.25.11"],
  ];
  for (const [version, oldest] of earlier)
    assert.equal(isAtLeast(version, oldest), false, `${version} ${oldest}`);
});
