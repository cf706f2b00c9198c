import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { repositoryRoot as repository } from "../../workstation/repository.ts";

const text = (file: string): string => readFileSync(resolve(repository, file), "utf8");
const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };

test("every npm script's file is there", () => {
  for (const [name, line] of Object.entries(scripts)) {
    const [, file] = /^node \S+\.mjs (\S+)/.exec(line) ?? [];
    if (file !== undefined) assert.ok(existsSync(resolve(repository, file)), `npm run ${name}: ${file}`);
  }
});

test("the README's two front doors are scripts, since whoever has npm alone begins there", () => {
  assert.match(text("README.md"), /^npm run up .*\nnpm test /m);
  assert.match(text(".ci/run"), /^npm test$/m);
});

test("every folder and file that the README says where to find is there", () => {
  for (const [, place = ""] of text("README.md").matchAll(/^\| `([^`]+)` +\|/gm)) {
    if (place.startsWith("./kaleem ") || place === ".kaleem/") continue;
    assert.ok(existsSync(resolve(repository, place)), place);
  }
});

for (const program of ["index.ts", "platform.ts", "account.ts"])
  test(`${program} stays one screen without conditions`, () => {
    const lines = text(program).trimEnd().split("\n");
    assert.ok(lines.length <= 75, `${lines.length} lines`);
    assert.ok(!lines.some((line) => /\bif\b|\?[^.:]*:/.test(line.replace(/\/\/.*|\/\*.*|^ \*.*/, ""))));
  });
