import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"; // prettier-ignore
import { createServer } from "node:net";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { ReflinkCopy } from "../../../recovery/point/reflink-copy.ts";
import { makeXfs, type XfsFixture } from "./xfs-fixture.ts";

let xfs: XfsFixture;
let folder: string;
let swapper: ChildProcess | null = null;
let turn = 0;

before(() => {
  xfs = makeXfs();
});
after(() => xfs.remove());
beforeEach(() => {
  turn += 1;
  folder = join(xfs.root, `test-${turn}`);
  mkdirSync(join(folder, "live/data"), { recursive: true });
});
afterEach(async () => {
  if (swapper === null) return;
  const ended = once(swapper, "exit");
  swapper.kill("SIGKILL");
  await ended;
  swapper = null;
});

const live = (path: string): string => join(folder, "live/data", path);
const copied = (path: string): string => join(folder, "copy/data", path);

function newCopy(): ReflinkCopy {
  return new ReflinkCopy({
    from: join(folder, "live"),
    to: join(folder, "copy"),
    directories: ["data"],
    index: join(folder, "index"),
  });
}

/** Runs statements of Node's `fs` over and over, in a process of its own, from `live/data`. */
async function swapOn(statements: string): Promise<void> {
  const loop = `import * as fs from "node:fs";
    process.stdout.write("begun");
    for (;;) { try { ${statements} } catch (error) { if (error.code === undefined) throw error; } }`;
  swapper = spawn(process.execPath, ["--input-type=module", "--eval", loop], {
    cwd: live(""),
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(swapper.stdout ?? assert.fail(), "data");
}

async function point(): Promise<ReflinkCopy> {
  const copy = newCopy();
  await copy.firstPass();
  await copy.secondPass();
  return copy;
}

function contents(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const below = join(path, entry.name);
    if (entry.isDirectory()) return contents(below);
    return entry.isFile() ? [readFileSync(below, "utf8")] : [];
  });
}

/** By the system call's number: neither Node nor every machine has a program for it. */
const attributeCall = process.arch === "arm64" ? { set: 5, get: 8 } : { set: 188, get: 191 };

function setAttribute(path: string): void {
  const script = `my ($p, $n, $v) = ($ARGV[0], "user.mark", "x"); exit(syscall(${attributeCall.set}, $p, $n, $v, 1, 0) == 0 ? 0 : 1)`;
  execFileSync("perl", ["-e", script, path]);
}

function hasAttribute(path: string): boolean {
  const script = `my ($p, $n, $v) = ($ARGV[0], "user.mark", "."); exit(syscall(${attributeCall.get}, $p, $n, $v, 1) == 1 ? 0 : 1)`;
  return spawnSync("perl", ["-e", script, path]).status === 0;
}

describe("a copy of a tree whose owner is hostile", () => {
  it("has nothing from outside, and writes nothing there, while a folder is swapped for a link all the time", async () => {
    mkdirSync(join(folder, "outside/d/e"), { recursive: true });
    mkdirSync(live("d/e"), { recursive: true });
    for (let index = 0; index < 40; index += 1) {
      for (const below of ["d", "d/e"]) {
        writeFileSync(live(`${below}/f${index}`), "own");
        writeFileSync(join(folder, "outside", below, `f${index}`), "secret");
      }
    }
    const untouched = execFileSync("find", ["outside", "-printf", "%p %C@ %T@ %s %m\n"], { cwd: folder });
    await swapOn(`
      fs.renameSync("d", "aside"); fs.symlinkSync("../../outside/d", "d");
      fs.unlinkSync("d"); fs.renameSync("aside", "d");`);
    let swapped = 0;
    for (let pass = 0; pass < 25; pass += 1) {
      const copy = newCopy();
      const { skipped } = await copy.firstPass();
      swapped += skipped.length > 0 || !existsSync(copied("d/f1")) ? 1 : 0;
      assert.deepEqual(
        [...new Set(contents(join(folder, "copy")))].filter((text) => text !== "own"),
        [],
      );
    }
    assert.ok(swapped > 0, "the folder was never swapped in the middle of a pass: nothing was tested");
    assert.deepEqual(
      execFileSync("find", ["outside", "-printf", "%p %C@ %T@ %s %m\n"], { cwd: folder }),
      untouched,
    );
  });

  it("is not held up by a file that becomes a pipe, a device or a link between looking and copying", async () => {
    writeFileSync(join(folder, "secret"), "secret");
    for (let index = 0; index < 300; index += 1) writeFileSync(live(`f${index}`), "own");
    execFileSync("mkfifo", [live("pipe")]);
    execFileSync("mknod", [live("device"), "c", "1", "5"]);
    await swapOn(`for (let index = 0; index < 300; index += 3) {
      fs.rmSync("f" + index); fs.linkSync("pipe", "f" + index);
      fs.rmSync("f" + (index + 1)); fs.linkSync("device", "f" + (index + 1));
      fs.rmSync("f" + (index + 2)); fs.symlinkSync("../../secret", "f" + (index + 2));
    }
    for (let index = 0; index < 300; index += 1) { fs.rmSync("f" + index); fs.writeFileSync("f" + index, "own"); }`);
    let skipped = 0;
    for (let pass = 0; pass < 15; pass += 1) {
      const done = await newCopy().firstPass(AbortSignal.timeout(20_000));
      skipped += done.skipped.length;
      assert.deepEqual(
        [...new Set(contents(join(folder, "copy")))].filter((text) => text !== "own" && text !== ""),
        [],
      );
    }
    assert.ok(skipped > 0, "nothing was swapped in the middle of a pass: nothing was tested");
  });

  it("never goes through a link of its own, though the tree lists files below it", async () => {
    mkdirSync(join(folder, "outside"));
    mkdirSync(live("d"));
    writeFileSync(live("d/a"), "own");
    const copy = newCopy();
    await copy.firstPass();
    // As after a pass that met the folder as a link, and its files too.
    rmSync(copied("d"), { recursive: true });
    symlinkSync(join(folder, "outside"), copied("d"));
    rmSync(live("d/a"));
    writeFileSync(live("d/a"), "own, new");
    await assert.rejects(copy.secondPass(), /data\/d\/a is gone or something else since it was listed/);
    assert.deepEqual(readdirSync(join(folder, "outside")), []);
  });

  it("leaves out pipes, sockets, devices and what is mounted, and says so", async () => {
    writeFileSync(live("a"), "own");
    execFileSync("mkfifo", [live("pipe\n")]);
    execFileSync("mknod", [live("device"), "b", "7", "0"]);
    const server = createServer().listen(live("socket"));
    await once(server, "listening");
    for (const name of ["other", "same"]) mkdirSync(live(name));
    mkdirSync(join(folder, "elsewhere"));
    writeFileSync(join(folder, "elsewhere/secret"), "secret");
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", live("other")]);
    execFileSync("mount", ["--bind", join(folder, "elsewhere"), live("same")]);
    try {
      writeFileSync(live("other/secret"), "secret");
      const copy = await point();
      const { data } = await copy.finish();
      assert.deepEqual(contents(join(folder, "copy")), ["own"]);
      assert.deepEqual(
        [...(data?.leftOut ?? [])].sort((a, b) => (a.reason < b.reason ? -1 : 1)),
        [
          { reason: "device", count: 1, paths: ["data/device"] },
          { reason: "mounted there", count: 2, paths: ["data/other", "data/same"] },
          { reason: "pipe", count: 1, paths: ["data/pipe%0A"] },
          { reason: "socket", count: 1, paths: ["data/socket"] },
        ],
      );
      // Until what was written last is no longer taken for changed.
      await new Promise((resolve) => setTimeout(resolve, 400));
      await (await point()).finish();
      const again = newCopy();
      assert.equal((await again.firstPass()).removed, 0, "what is left out is no change");
      await again.settle(3);
      assert.equal((await again.finish())["data"]?.leftOut.length, 4);
    } finally {
      server.close();
      execFileSync("umount", [live("other")]);
      execFileSync("umount", [live("same")]);
    }
  });

  it("keeps holes, and set-uid bits, but no extended attributes", async () => {
    writeFileSync(live("sparse"), "");
    truncateSync(live("sparse"), 1024 ** 3);
    writeFileSync(live("tool"), "x");
    execFileSync("sh", ["-c", "chown 999:998 tool && chmod 6751 tool"], { cwd: live("") });
    setAttribute(live("tool"));
    assert.equal(hasAttribute(live("tool")), true);
    const copy = await point();
    await copy.finish();
    assert.equal(statSync(copied("sparse")).size, 1024 ** 3);
    assert.equal(statSync(copied("sparse")).blocks, 0);
    const { mode, uid, gid } = lstatSync(copied("tool"));
    assert.deepEqual([mode & 0o7777, uid, gid], [0o6751, 999, 998]);
    assert.equal(hasAttribute(copied("tool")), false);
  });

  it("is refused when a link points at what is no text, which restic would alter", async () => {
    symlinkSync(Buffer.from("caf\u00e9", "latin1"), live("link"));
    await assert.rejects(
      newCopy().firstPass(),
      /^RecoveryError: No point: data\/link is a symbolic link to caf%E9, which is no UTF-8 text and so could not be restored\. Remove the link, or rename what it points at\.$/,
    );
  });

  it("is refused when a path in it is too long to be restored, however it was made", async () => {
    const name = "n".repeat(250);
    let script = "";
    for (let depth = 0; depth < 17; depth += 1) script += `mkdir ${name} && cd -P ${name} && `;
    execFileSync("sh", ["-c", `${script} true`], { cwd: live("") });
    await assert.rejects(
      newCopy().firstPass(),
      /^RecoveryError: No point: data\/n{55}… is a path of \d+ bytes, which could not be restored \(3900 at most\)\. Remove or shorten it\.$/,
    );
  });
});
