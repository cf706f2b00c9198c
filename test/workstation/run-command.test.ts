import assert from "node:assert/strict";
import { test } from "node:test";
import { findOnPath } from "../../workstation/find-on-path.ts";
import { runCommand } from "../../workstation/run-command.ts";

test("a command's output, exit code and lines are told apart, and its input is given", async () => {
  const lines: string[] = [];
  const ended = await runCommand(["sh", "-c", "cat; echo wrong >&2; exit 3"], {
    input: "one\ntwo\n",
    onLine: (line) => lines.push(line),
  });
  assert.deepEqual(ended, { code: 3, stdout: "one\ntwo\n", stderr: "wrong\n" });
  assert.deepEqual(lines.sort(), ["one", "two", "wrong"]);
});

test("a command that takes too long is ended, and that is said", async () => {
  const ended = await runCommand(["sleep", "60"], { timeoutSeconds: 0.1 });
  assert.equal(ended.code, 128);
  assert.match(ended.stderr, /sleep was ended by SIGTERM/);
});

test("a command that does not read its input is judged by its exit code alone", async () => {
  assert.equal((await runCommand(["true"], { input: "x".repeat(1_000_000) })).code, 0);
});

test("only executable files on PATH are found", () => {
  assert.equal(findOnPath("sh", { PATH: "/nowhere:/bin" }), "/bin/sh");
  assert.equal(findOnPath("passwd", { PATH: "/etc" }), undefined);
  assert.equal(findOnPath("apt", { PATH: "/etc" }), undefined);
  assert.equal(findOnPath("sh", {}), undefined);
});
