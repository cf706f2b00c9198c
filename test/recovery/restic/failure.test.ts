import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readFileSync } from "node:fs";
import {
  failureKind,
  isHopeless,
  resticFailure,
  type FailureKind,
} from "../../../recovery/restic/failure.ts";
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
  ["object-locked", 1, "Remove(<data/96c3193b0e>) failed: client.RemoveObject: ObjectLockedByBucketPolicy."],
  ["object-locked", 1, "client.PutObject: Object is WORM protected and cannot be overwritten"],
  ["object-locked", 1, "Access Denied because object protected by object lock."],
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

/** What restic 0.14, 0.18 and 0.19 said when they ran against a backend that fails so; null: we had to stop it. */
const recorded = JSON.parse(
  readFileSync(new URL("recorded-failures.json", import.meta.url), "utf8"),
) as readonly {
  readonly cause: string;
  readonly kind: FailureKind;
  readonly version: string;
  readonly exitCode: number | null;
  readonly stderr: string;
}[];

describe("failureKind of recorded runs", () => {
  for (const { cause, kind, version, exitCode, stderr } of recorded) {
    it(`${cause} (restic ${version}) is ${kind}`, () => {
      assert.equal(failureKind(exitCode, stderr), kind, stderr);
    });
  }

  it("never takes a repository for missing that restic could not look at", () => {
    const missing = recorded.filter(
      ({ exitCode, stderr }) => failureKind(exitCode, stderr) === "no-repository",
    );
    assert.deepEqual([...new Set(missing.map(({ cause }) => cause))].sort(), ["local-none", "no-repository"]);
  });

  it("says another one holds a lock only when one does, who, and since when", () => {
    for (const { cause, version, ...run } of recorded) {
      const error = resticFailure({ action: "prune", where: "s3:h/b/restic", ...run });
      assert.equal(
        /locked by/.test(error.message),
        cause === "locked",
        `${cause} ${version}: ${error.message}`,
      );
      if (cause === "locked")
        assert.match(
          error.message,
          /: it is locked by PID \d+ on vm by root \(UID 0, GID 0\) since 2026-11-30 \d\d:\d\d:\d\d: wait/,
        );
    }
  });

  it("gives each cause an exit code of its own, and the key's fault never that of a lock", () => {
    const codeOf = (cause: string): readonly number[] => [
      ...new Set(
        recorded
          .filter((run) => run.cause === cause && run.kind !== "other")
          .map((run) => resticFailure({ action: "copy", where: "s3:h/b/restic", ...run }).exitCode),
      ),
    ];
    const causes = {
      locked: exitCodes.busy,
      "read-only-key": exitCodes.offsiteRefused,
      "wrong-password": exitCodes.wrongPassword,
      "no-repository": exitCodes.noRepository,
      "refused-connection": exitCodes.offsiteUnreachable,
      dns: exitCodes.nameUnknown,
      "tls-unknown": exitCodes.untrusted,
      "clock-skewed": exitCodes.clockSkewed,
      "no-bucket": exitCodes.noBucket,
      "disk-full": exitCodes.diskFull,
      "read-only-fs": exitCodes.ioError,
      "pack-missing check": exitCodes.repositoryDamaged,
      "index-garbage backup": exitCodes.repositoryDamaged,
    };
    for (const [cause, code] of Object.entries(causes)) assert.deepEqual(codeOf(cause), [code], cause);
    const stalled = resticFailure({
      action: "copy",
      where: "s3:h",
      exitCode: null,
      stderr: "moved nothing for 180 s\n",
      stalled: true,
    });
    assert.equal(stalled.exitCode, exitCodes.stalled);
    assert.equal(
      stalled.message,
      "restic copy, repository s3:h was stopped: moved nothing for 180 s: the connection or the disk stands still; the next run goes on where this one was",
    );
  });

  it("knows when going on is of no use, and only then", () => {
    const hopeless = recorded.filter(({ stderr }) => isHopeless(stderr)).map(({ cause }) => cause);
    const causes = [...new Set(hopeless)].sort();
    assert.ok(causes.includes("read-only-key") && causes.includes("wrong-secret"), causes.join());
    for (const cause of ["server-error", "refused-connection", "dns", "locked", "silent"])
      assert.ok(!causes.includes(cause), cause);
    const once = "Save(<lock/ab>) returned error, retrying after 1s: client.PutObject: AccessDenied.\n";
    assert.equal(isHopeless(once.repeat(2)), false);
    assert.equal(isHopeless(once.repeat(3)), true);
  });
});

describe("resticFailure", () => {
  it("names the repository and what to do", () => {
    const stderr = "Fatal: wrong password or no key found";
    const error = resticFailure({ action: "backup", where: "/r", exitCode: 12, stderr });
    assert.equal(error.exitCode, exitCodes.wrongPassword);
    assert.equal(
      error.message,
      "restic backup, repository /r: the repository password is wrong: use the restic-password that this repository was made with.",
    );
  });

  it("quotes restic's last words, but not its JSON", () => {
    const stderr = 'a\nb\nc\nd\ne\n{"message_type":"exit_error"}\n';
    const error = resticFailure({ action: "copy", where: "s3:h", exitCode: null, stderr });
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
