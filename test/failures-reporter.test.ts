import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

const folder = mkdtempSync(join(tmpdir(), "kaleem-failing-"));
after(() => rmSync(folder, { recursive: true }));

const reporter = pathToFileURL(join(import.meta.dirname, "failures-reporter.ts")).href;

function failuresOf(...tests: string[]): string {
  const file = join(folder, "some.test.mjs");
  writeFileSync(file, ['import { test, before } from "node:test";', ...tests].join("\n"));
  // Within a test's process node would not run tests of its own.
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const argv = ["--test", `--test-reporter=${reporter}`, file];
  return spawnSync(process.execPath, argv, { cwd: folder, env, encoding: "utf8" }).stdout;
}

test("a failed test is told with its place and its error, a passed one is not", () => {
  const told = failuresOf(
    'test("well", () => {});',
    'test("ill", () => { throw new Error("first line\\nsecond line"); });',
  );
  assert.match(
    told,
    /^✖ ill \(some\.test\.mjs:3\)\n {2}Error: first line\n {2}second line\n {6}at .*some\.test\.mjs:3/,
  );
  assert.doesNotMatch(told, /well/);
});

test("of a test that fails by one within it only that one is told", () => {
  const told = failuresOf(
    'test("outer", (t) => t.test("inner", () => { throw new Error("no"); }));',
    'test("late", async () => { throw new Error("late"); });',
  );
  assert.deepEqual(told.match(/^✖ \w+/gm), ["✖ inner", "✖ late"]);
});

test("a long error ends after its first lines", () => {
  const told = failuresOf('test("long", () => { throw new Error("x\\n".repeat(100)); });');
  assert.equal(told.match(/^ {2}/gm)?.length, 40);
});

test("a file that cannot run is told, and when nothing fails nothing is", () => {
  assert.match(
    failuresOf('before(() => { throw new Error("no machine"); });', 'test("a", () => {});'),
    /no machine/,
  );
  assert.equal(failuresOf('test("well", () => {});'), "");
});
