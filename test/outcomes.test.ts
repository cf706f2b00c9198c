import assert from "node:assert/strict";
import { test } from "node:test";
import { mayBeSkipped } from "./may-be-skipped.ts";
import { missingPrograms, parseOutcomes, summarize, type Outcome } from "./outcomes.ts";

const failed = (missing: readonly string[] = []): Outcome => ({
  kind: "failed",
  name: "keeps a point",
  file: "test/a.live.test.ts",
  line: 7,
  error: ["Error: no", "  at x"],
  missing,
});
const skipped = (reason: string): Outcome => ({
  kind: "skipped",
  name: "b",
  file: "test/b.test.ts",
  line: 3,
  reason,
});
const allowed: Outcome = {
  kind: "skipped",
  file: "test/toolchain/providers/docker/docker-provider.live.test.ts",
  name: "refuses properties that it does not know, by name, before anything is touched",
  reason: "the official plugin knows them all",
};

test("a run without failures and skips has nothing to tell", () => {
  assert.deepEqual(summarize([]), { text: "", unallowed: [] });
});

test("what failed, what was skipped and what is missing stand one after the other", () => {
  assert.equal(
    summarize([skipped("shellcheck is missing"), failed(["restic", "frobnicate"]), failed(["restic"])]).text,
    `── what failed

✖ keeps a point (test/a.live.test.ts:7)
  Error: no
    at x

✖ keeps a point (test/a.live.test.ts:7)
  Error: no
    at x


── what was skipped

✖ b (test/b.test.ts:3): shellcheck is missing (no test may be skipped for that: let it run, or give it a reason in test/may-be-skipped.ts)

── programs that are missing

✖ frobnicate: not in local/prerequisites/tools.ts
✖ restic: apt-get install -y --no-install-recommends restic`,
  );
});

test("a skip that is not on the list makes a run red, one that is there is told with why it is no loss", () => {
  const { text, unallowed } = summarize([skipped("no reason given"), allowed]);
  assert.deepEqual(unallowed, [skipped("no reason given")]);
  assert.match(text, /^- refuses properties .*: the official plugin knows them all \(only the stand-in has/m);
});

test("a skip is allowed for its own test and reason only", () => {
  assert.ok(mayBeSkipped(allowed) !== undefined);
  assert.equal(mayBeSkipped({ ...allowed, reason: "docker is missing" }), undefined);
  assert.equal(mayBeSkipped({ ...allowed, name: "another" }), undefined);
  assert.equal(mayBeSkipped({ ...allowed, file: "test/other.test.ts" }), undefined);
});

test("a missing program is recognized in the words of Node, of execa, of the shell and in ours", () => {
  assert.deepEqual(
    missingPrograms(
      [
        "Error: spawnSync mkfs.xfs ENOENT",
        "Error: spawn restic ENOENT",
        "Error: Command failed with ENOENT: ssh-keygen -q",
        "LocalCommandError: mmdebstrap: not found on this machine; install it",
        "sh: 1: shellcheck: not found",
        "bash: line 3: openssl: command not found",
        "Error: /usr/sbin/sshd is missing; install it (Debian package: openssh-server)",
        "ENOENT: no such file or directory, open '/x'",
      ].join("\n"),
    ),
    ["/usr/sbin/sshd", "mkfs.xfs", "mmdebstrap", "openssl", "restic", "shellcheck", "ssh-keygen"],
  );
});

test("a reporter's lines are read as they were written", () => {
  const outcomes = [failed(), allowed];
  assert.deepEqual(parseOutcomes(outcomes.map((one) => `${JSON.stringify(one)}\n`).join("")), outcomes);
});
