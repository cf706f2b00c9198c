import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failureKind, resticFailure, type FailureKind } from "../../../recovery/restic/failure.ts";
import { exitCodes } from "../../../contract/exit-codes.ts";
import { forgetArguments } from "../../../recovery/restic/retention.ts";

/** What restic 0.14 (no codes of its own) and 0.18 say. */
const cases: readonly (readonly [FailureKind, number | null, string])[] = [
  ["no-repository", 10, "Fatal: repository does not exist: unable to open config file"],
  [
    "no-repository",
    1,
    "Fatal: unable to open config file: stat /r/config: no such file or directory\nIs there a repository at the following location?\n/r",
  ],
  ["wrong-password", 12, "Fatal: wrong password or no key found"],
  ["wrong-password", 1, "Fatal: wrong password or no key found"],
  ["locked", 11, "Fatal: unable to create lock in backend: repository is already locked by PID 7"],
  ["locked", 1, "Fatal: unable to create lock in backend: repository is already locked exclusively"],
  ["incomplete", 3, "error: open /x: permission denied\nWarning: at least one source file could not be read"],
  ["disk-full", 1, "Fatal: unable to save snapshot: write /r/data/tmp: no space left on device"],
  [
    "unreachable",
    1,
    'Fatal: unable to open config file: Stat: Get "http://h/b/": dial tcp 10.0.0.1:9000: connect: connection refused',
  ],
  ["refused", 1, "Fatal: unable to open config file: Stat: Access Denied."],
  ["other", 1, "Fatal: something new"],
  ["other", null, "took longer than 60 s"],
];

describe("failureKind", () => {
  for (const [kind, code, stderr] of cases) {
    it(`takes exit code ${code ?? "none"} with "${stderr.slice(0, 50)}…" for ${kind}`, () => {
      assert.equal(failureKind(code, stderr), kind);
    });
  }
});

describe("resticFailure", () => {
  it("names the repository and what to do", () => {
    const error = resticFailure("backup", "/r", 12, "Fatal: wrong password or no key found");
    assert.equal(error.exitCode, exitCodes.wrongPassword);
    assert.equal(
      error.message,
      "restic backup, repository /r: the repository password is wrong: use the restic-password that this repository was made with.",
    );
  });

  it("quotes restic's last words, but not its JSON", () => {
    const error = resticFailure("copy", "s3:h", null, 'a\nb\nc\nd\ne\n{"message_type":"exit_error"}\n');
    assert.equal(error.message, "restic copy, repository s3:h was stopped: b / c / d / e");
  });
});

describe("forgetArguments", () => {
  it("groups by lineage alone and always keeps the newest", () => {
    const keep = { within: "48h", daily: 14, weekly: 8, monthly: 12 };
    const expected =
      "--host prod-1 --group-by host --keep-last 1 --keep-within 48h --keep-daily 14 --keep-weekly 8 --keep-monthly 12";
    assert.equal(forgetArguments("prod-1", keep).join(" "), expected);
  });
});
