import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { isLocked, Locks } from "../../../recovery/host/locks.ts";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-locks-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe("Locks", () => {
  it("refuses the second one, naming who holds it, and gives it after the release", async () => {
    const lock = await new Locks(folder, "kaleem-agent restore").acquire("data");
    const other = new Locks(folder, "kaleem-agent point");
    await assert.rejects(other.acquire("data"), (error: unknown) => {
      assert.ok(error instanceof RecoveryError);
      assert.equal(error.exitCode, exitCodes.busy);
      assert.match(
        error.message,
        /^The data lock is held by kaleem-agent restore \(pid \d+\) since \S+: wait until it is done, then try again\.$/,
      );
      return true;
    });
    assert.match((await other.holder("data")) ?? "", /kaleem-agent restore/);
    await lock.release();
    await (await other.acquire("data")).release();
    assert.equal(await other.holder("data"), null);
  });

  it("keeps locks of different names apart", async () => {
    const locks = new Locks(folder, "one");
    const held = [
      await locks.acquire("data"),
      await locks.acquire("repository"),
      await locks.acquire("offsite"),
    ];
    for (const lock of held) await lock.release();
  });

  it("waits as long as it is told to, and shows meanwhile that the lock is wanted", async () => {
    const locks = new Locks(folder, "first");
    const lock = await locks.acquire("repository");
    assert.equal(await locks.wanted("repository"), false);
    const waiting = new Locks(folder, "second").acquire("repository", 10_000);
    const deadline = Date.now() + 5_000;
    while (!(await locks.wanted("repository")) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await locks.wanted("repository"), true);
    await lock.release();
    await (await waiting).release();
    assert.equal(await locks.wanted("repository"), false);
    const again = await locks.acquire("repository");
    await assert.rejects(
      new Locks(folder, "third").acquire("repository", 200),
      /The repository lock is held by first/,
    );
    await again.release();
  });

  it("tells whether a lock is taken without taking it: who would not wait for it is never refused for the question", async () => {
    const locks = new Locks(folder, "one");
    assert.equal(await locks.taken("offsite"), false);
    const lock = await locks.acquire("offsite");
    assert.deepEqual([await locks.taken("offsite"), await locks.taken("data")], [true, false]);
    await lock.release();
    assert.equal(await locks.taken("offsite"), false);
  });

  it("finds a lock in the kernel's list by its device and file, and also whoever waits for it", () => {
    const list = `1: FLOCK  ADVISORY  WRITE 3057 00:1a:1234 0 EOF
1: -> FLOCK  ADVISORY  WRITE 3058 00:1a:1234 0 EOF
2: POSIX  ADVISORY  WRITE 1 103:02:99 0 EOF
3: FLOCK  ADVISORY  WRITE 7 103:02:77 0 EOF`;
    assert.equal(isLocked(list, 0x1a, 1234), true);
    assert.equal(isLocked(list, 0x1a, 123), false);
    assert.equal(isLocked(list, 0x1b, 1234), false);
    // Of a program's own ranges of bytes.
    assert.equal(isLocked(list, 0x10302, 99), false);
    assert.equal(isLocked(list, 0x10302, 77), true);
  });

  it("frees the lock of a holder that was killed", async () => {
    const module = new URL("../../../recovery/host/locks.ts", import.meta.url).href;
    const script = `const { Locks } = await import(${JSON.stringify(module)});
      await new Locks(${JSON.stringify(folder)}, "victim").acquire("offsite"); console.log("held"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const locks = new Locks(folder, "next");
    await assert.rejects(locks.acquire("offsite"), /held by victim/);
    child.kill("SIGKILL");
    await (await locks.acquire("offsite", 5_000)).release();
  });
});
