import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import test from "node:test";
import { needTool } from "./support/tools.ts";

const scripts = [...globSync("components/**/files/*.sh").sort(), "kaleem"];

test("shellcheck has nothing to say about any script", () => {
  needTool("shellcheck");
  const checked = spawnSync("shellcheck", scripts, { encoding: "utf8" });
  assert.equal(checked.status, 0, checked.stdout);
});

test("shellcheck would find a mistake", () => {
  needTool("shellcheck");
  const poisoned = "#!/usr/bin/env bash\nrm -rf $1/*\n";
  assert.notEqual(spawnSync("shellcheck", ["-"], { input: poisoned }).status, 0);
});

for (const script of scripts) {
  test(`${script} stops at the first failure and hides none`, () => {
    const text = readFileSync(script, "utf8");
    assert.match(text, text.startsWith("#!/bin/sh") ? /^set -eu$/m : /^set -euo pipefail$/m);
    assert.doesNotMatch(text, /\|\| true/);
    assert.doesNotMatch(text, /\{\{[a-z][A-Za-z0-9]*\}\}/, "scripts take arguments, not placeholders");
  });
}
