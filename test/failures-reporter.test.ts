import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { parseOutcomes, summarize, type Outcome } from "./outcomes.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-failing-"));
after(() => rmSync(folder, { recursive: true }));

const reporter = pathToFileURL(join(import.meta.dirname, "failures-reporter.ts")).href;

function outcomesOf(...tests: string[]): Outcome[] {
  const file = join(folder, "some.test.mjs");
  writeFileSync(file, ['import { test, before } from "node:test";', ...tests].join("\n"));
  // Within a test's process node would not run tests of its own.
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const argv = ["--test", `--test-reporter=${reporter}`, file];
  return parseOutcomes(spawnSync(process.execPath, argv, { cwd: folder, env, encoding: "utf8" }).stdout);
}

/** What a run says of its failed tests. */
function failuresOf(...tests: string[]): string {
  return summarize(outcomesOf(...tests)).text;
}

test("a failed test is told with its place and its error, a passed one is not", () => {
  const told = failuresOf(
    'test("well", () => {});',
    'test("ill", () => { throw new Error("first line\\nsecond line"); });',
  );
  assert.match(
    told,
    /^── what failed\n\n✖ ill \(some\.test\.mjs:3\)\n {2}Error: first line\n {2}second line\n {6}at .*some\.test\.mjs:3/,
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

test("skipped tests and suites are told with their reason, and so are tests that are only meant to be written", () => {
  assert.deepEqual(
    outcomesOf(
      'import { describe } from "node:test";',
      'test("within", (context) => context.skip("the official plugin knows it"));',
      'test("ahead", { skip: "sshd is missing" }, () => {});',
      'test.skip("silent", () => {});',
      'describe("suite", { skip: "no host" }, () => { test("never told of", () => {}); });',
      'test("later", { todo: "write it" }, () => { throw new Error("not yet"); });',
    ).map((outcome) => [outcome.kind, outcome.name, outcome.kind === "skipped" ? outcome.reason : ""]),
    [
      ["skipped", "within", "the official plugin knows it"],
      ["skipped", "ahead", "sshd is missing"],
      ["skipped", "silent", "no reason given"],
      ["skipped", "suite", "no host"],
      ["skipped", "later", "to do: write it"],
    ],
  );
});

test("a program that a test could not start is told by its name", () => {
  const [outcome] = outcomesOf(
    'import { execFileSync } from "node:child_process";',
    'test("ill", () => { execFileSync("mkfs.nothing", []); });',
  );
  assert.deepEqual(outcome?.kind === "failed" ? outcome.missing : undefined, ["mkfs.nothing"]);
});
