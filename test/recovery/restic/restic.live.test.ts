import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { dumpsHost, partTag } from "../../../recovery/dumps/dump-tags.ts";
import { dumpForgetArguments } from "../../../recovery/dumps/forget-dumps.ts";
import { ensureRepositories } from "../../../recovery/restic/ensure-repositories.ts";
import { Restic } from "../../../recovery/restic/restic.ts";
import { presentRestic } from "./present-restic.ts";
import { forgetArguments } from "../../../recovery/restic/retention.ts";

let folder: string;
let password: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-restic-"));
  await presentRestic(folder);
  password = join(folder, "password");
  writeFileSync(password, "test-password");
});
after(() => rmSync(folder, { recursive: true, force: true }));

function repository(name: string, passwordFile = password): Restic {
  return new Restic({ url: join(folder, name), passwordFile }, null, join(folder, "cache"));
}

function source(content: string): string {
  const path = join(folder, "source");
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "file"), content);
  return path;
}

function polynomial(name: string): string {
  const argv = ["-q", "-r", join(folder, name), "--password-file", password, "cat", "config"];
  return (JSON.parse(execFileSync("restic", argv, { encoding: "utf8" })) as { chunker_polynomial: string })
    .chunker_polynomial;
}

describe("Restic", () => {
  it("tells a repository from none", async () => {
    const restic = repository("first");
    assert.equal(await restic.exists(), false);
    await restic.init();
    assert.equal(await restic.exists(), true);
  });

  it("backs up, lists with our tags, dumps, copies and restores", async () => {
    const here = repository("first");
    const path = source("hello");
    const summary = await here.backup(path, "prod-1", ["point:a", "lineage:prod-1"]);
    assert.equal(summary.files, 1);
    assert.equal(summary.bytes, 5);
    const [snapshot] = await here.snapshots("prod-1");
    assert.ok(snapshot);
    assert.ok(snapshot.id.startsWith(summary.snapshot.slice(0, 8)));
    assert.deepEqual(snapshot.tags, ["point:a", "lineage:prod-1"]);
    assert.deepEqual(await here.snapshots("other"), []);
    const there = repository("second");
    await there.init(here);
    await there.copyFrom(here, [snapshot.id]);
    const [copied] = await there.snapshots("prod-1");
    assert.deepEqual(copied?.tags, snapshot.tags);
    assert.equal(await there.dump(copied.id, join(path, "file")), "hello");
    await there.restore(copied.id, join(folder, "target"));
    assert.equal(readFileSync(join(folder, "target", path, "file"), "utf8"), "hello");
    await there.check();
  });

  it("says that the password is wrong", async () => {
    const wrong = join(folder, "wrong");
    writeFileSync(wrong, "something else");
    await assert.rejects(repository("first", wrong).snapshots(), (error: unknown) => {
      assert.ok(error instanceof RecoveryError);
      assert.equal(error.exitCode, exitCodes.wrongPassword);
      return true;
    });
  });

  it("keeps the newest point whatever its age, and forgets only its own lineage's", async () => {
    const restic = repository("retention");
    await restic.init();
    const times = ["2020-01-01 00:00:00", "2020-01-01 01:00:00", "2020-01-02 00:00:00"];
    for (const [host, index] of [
      ["prod-1", 0],
      ["prod-1", 1],
      ["prod-1", 2],
      ["other", 0],
    ] as const) {
      const argv = [
        "-q",
        "-r",
        join(folder, "retention"),
        "--password-file",
        password,
        "backup",
        "--time",
        times[index] ?? "",
      ];
      execFileSync("restic", [...argv, "--host", host, "--tag", `point:${index}`, source(`${index}`)]);
    }
    await restic.forget(forgetArguments("prod-1", { within: "1h", daily: 1, weekly: 1, monthly: 1 }));
    assert.deepEqual(
      (await restic.snapshots("prod-1")).map(({ tags }) => tags[0]),
      ["point:2"],
    );
    assert.equal((await restic.snapshots("other")).length, 1);
    await restic.prune();
  });

  it("removes the lock that a killed run has left, and goes on", async () => {
    const restic = repository("first");
    const argv = [
      "-r",
      join(folder, "first"),
      "--password-file",
      password,
      "backup",
      "--stdin",
      "--stdin-filename",
      "never",
    ];
    const killed = spawn("restic", argv, { stdio: ["pipe", "ignore", "ignore"] });
    // Whole locks only: restic writes one under a passing name first, and killed then it holds none.
    const locks = (): readonly string[] =>
      readdirSync(join(folder, "first/locks")).filter((name) => /^[0-9a-f]{64}$/.test(name));
    const deadline = Date.now() + 20_000;
    while (locks().length === 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(locks().length, 1, "the run to be killed holds a lock");
    const gone = new Promise((resolve) => killed.once("exit", resolve));
    killed.kill("SIGKILL");
    await gone;
    await restic.prune();
    assert.deepEqual(locks(), []);
  });

  it("asks its probe first, and says what that says", async () => {
    const probe = (): Promise<void> =>
      Promise.reject(new RecoveryError(exitCodes.offsiteUnreachable, "not there"));
    const restic = new Restic(
      { url: join(folder, "first"), passwordFile: password },
      probe,
      join(folder, "cache"),
    );
    await assert.rejects(restic.snapshots(), /^RecoveryError: not there$/);
  });

  it("forgets the snapshot that restic made of half the files, and fails", async () => {
    const fake = join(folder, "fake-bin");
    mkdirSync(fake);
    const log = join(folder, "fake.log");
    const summary = JSON.stringify({
      message_type: "summary",
      files_new: 1,
      files_changed: 0,
      files_unmodified: 0,
      data_added: 1,
      total_files_processed: 1,
      total_bytes_processed: 1,
      total_duration: 1,
      snapshot_id: "halfpoint",
    });
    const script = `#!/bin/sh\necho "$*" >>${log}\ncase "$*" in *backup*) echo '${summary}'; echo "error: open /x: permission denied" >&2; exit 3;; esac\n`;
    writeFileSync(join(fake, "restic"), script);
    chmodSync(join(fake, "restic"), 0o755);
    const path = process.env["PATH"];
    process.env["PATH"] = `${fake}:${path ?? ""}`;
    try {
      await assert.rejects(
        repository("first").backup("/x", "h", []),
        /^RecoveryError: restic backup, repository \S+: some files could not be read: error: open \/x: permission denied$/,
      );
    } finally {
      process.env["PATH"] = path;
    }
    assert.match(readFileSync(log, "utf8").split("\n")[1] ?? "", /forget halfpoint$/);
  });
});

describe("ensureRepositories", () => {
  it("makes the off-site repository like the local one", async () => {
    const state = await ensureRepositories(repository("new-local"), repository("new-offsite"), "both");
    assert.deepEqual(state, { local: "made", offsite: "made-like-local" });
    assert.equal(polynomial("new-local"), polynomial("new-offsite"));
  });

  it("makes a rebuilt host's local repository like the off-site one", async () => {
    rmSync(join(folder, "new-local"), { recursive: true });
    const state = await ensureRepositories(repository("new-local"), repository("new-offsite"), "local");
    assert.deepEqual(state, { local: "made-like-offsite", offsite: "found" });
    assert.equal(polynomial("new-local"), polynomial("new-offsite"));
  });

  it("does not keep a point from being taken when off-site is away", async () => {
    const probe = (): Promise<void> =>
      Promise.reject(new RecoveryError(exitCodes.offsiteUnreachable, "away"));
    const away = new Restic(
      { url: join(folder, "new-offsite"), passwordFile: password },
      probe,
      join(folder, "cache"),
    );
    const state = await ensureRepositories(repository("lone-local"), away, "local");
    assert.deepEqual(state, { local: "made", offsite: "unreachable" });
    await assert.rejects(ensureRepositories(repository("lone-local"), away, "both"), /away/);
  });
});

describe("what a command writes", () => {
  const write = (script: string): readonly string[] => ["sh", "-c", script];
  let restic: Restic;
  before(async () => {
    restic = repository("outputs");
    await restic.init();
  });

  it("is one file of a snapshot, under a name that stays", async () => {
    const dump = { command: write("printf 'some content'"), file: "redis.rdb" };
    const summary = await restic.backupOutput(dump, "dumps-prod-1", ["dump:a"]);
    assert.equal(summary.bytes, 12);
    const [snapshot] = await restic.snapshots("dumps-prod-1");
    assert.deepEqual(snapshot?.paths, ["/redis.rdb"]);
    assert.equal(await restic.dump(snapshot.id, "/redis.rdb"), "some content");
  });

  it("makes no snapshot when the command breaks off, writes nothing, or is not there", async () => {
    const before = (await restic.snapshots()).length;
    for (const command of [
      write("head -c 3000000 /dev/urandom; exit 7"),
      write("head -c 3000000 /dev/urandom; kill -9 $$"),
      write("exit 0"),
      ["/nowhere/agent"],
    ])
      await assert.rejects(
        restic.backupOutput({ command, file: "redis.rdb" }, "dumps-prod-1", ["dump:b"]),
        RecoveryError,
      );
    assert.equal((await restic.snapshots()).length, before);
  });

  it("is counted by itself when old ones are forgotten, beside points of the same lineage", async () => {
    const repeated = repository("dumps-retention");
    await repeated.init();
    for (let count = 0; count < 2; count += 1) {
      for (const file of ["redis.rdb", "mongo.archive"]) {
        const dump = { command: write(`printf ${file}${count}`), file };
        await repeated.backupOutput(dump, dumpsHost("prod-1"), [partTag("data")]);
      }
      await repeated.backup(source(`point ${count}`), "prod-1", ["point:a"]);
    }
    const keep = { within: "1h", daily: 1, weekly: 1, monthly: 1 };
    assert.deepEqual(await repeated.forgettable(dumpForgetArguments("prod-1", keep)), []);
    const last = ["--host", dumpsHost("prod-1"), "--tag", partTag("data"), "--group-by", "host,paths"];
    assert.equal((await repeated.forgettable([...last, "--keep-last", "1"])).length, 2);
    assert.deepEqual(await repeated.forgettable(forgetArguments("prod-1", keep)), []);
    await repeated.forget(["--host", "prod-1", "--group-by", "host", "--keep-last", "1"]);
    const left = await repeated.snapshots();
    assert.equal(left.filter(({ host }) => host === "prod-1").length, 1);
    assert.equal(left.filter(({ host }) => host === dumpsHost("prod-1")).length, 4);
  });
});
