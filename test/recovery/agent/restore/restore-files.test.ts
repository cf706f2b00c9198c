import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { findLastRestore } from "../../../../recovery/agent/restore/restore-findings.ts";
import { LocalFiles } from "../../../../recovery/agent/restore/restore-files.ts";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "kaleem-files-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = new LocalFiles();

/** Makes files with names of any bytes (latin1). */
function write(...names: readonly string[]): void {
  for (const name of names) writeFileSync(Buffer.from(join(folder, "a/files/data", name), "latin1"), "1234");
}

describe("measuring a fetched tree", () => {
  beforeEach(() => mkdirSync(join(folder, "a/files/data"), { recursive: true }));
  const measure = () => files.measure(join(folder, "a/files/data"));

  it("counts files with names of any bytes", async () => {
    write("caf\u00e9", "\u00ff\u00fe", "a\nb", "-rf", 'quo"te', "x".repeat(255), " ");
    const { files: count, bytes, digest } = await measure();
    assert.deepEqual([count, bytes], [7, 28]);
    assert.deepEqual(Object.keys(digest.folders), ["."]);
  });

  it("goes through no link, and waits for no pipe", async () => {
    mkdirSync(join(folder, "outside"));
    writeFileSync(join(folder, "outside/secret"), "secret");
    symlinkSync("../../../outside", join(folder, "a/files/data/link"));
    execFileSync("mkfifo", [join(folder, "a/files/data/pipe")]);
    const { files: count, bytes } = await measure();
    assert.deepEqual([count, bytes], [0, 0]);
  });

  it("tells names, sizes, modes and times apart, and in which folder", async () => {
    mkdirSync(join(folder, "a/files/data/sub"));
    mkdirSync(join(folder, "a/files/data/other"));
    write("a", "sub/b", "other/c");
    const { digest: before } = await measure();
    const path = join(folder, "a/files/data/sub/b");
    for (const [what, ...argv] of [
      ["access", "chmod", "600"],
      ["times", "touch", "-d@1.5"],
      ["sizes", "truncate", "-s9"],
    ] as const) {
      // prettier-ignore
      execFileSync("cp", ["-a", join(folder, "a"), join(folder, "kept")]);
      execFileSync(argv[0], [...argv.slice(1), path]);
      if (what === "sizes") execFileSync("touch", ["-r", join(folder, "kept/files/data/sub/b"), path]);
      const { digest: now } = await measure();
      for (const one of ["names", "sizes", "access", "times"] as const)
        assert.equal(before[one] !== now[one], one === what, `${what}: ${one}`);
      const differing = Object.keys(before.folders).filter((name) => before.folders[name]?.digest !== now.folders[name]?.digest); // prettier-ignore
      assert.deepEqual(differing, ["sub"]);
      rmSync(join(folder, "a"), { recursive: true });
      execFileSync("mv", [join(folder, "kept"), join(folder, "a")]);
    }
  });

  it("leaves nothing behind", async () => {
    await measure();
    assert.deepEqual(readdirSync(join(folder, "a")), ["files"]);
  });
});

describe("removing a tree", () => {
  it("removes names of any bytes, and nothing beyond a link", async () => {
    mkdirSync(join(folder, "a/files/data"), { recursive: true });
    mkdirSync(join(folder, "outside"));
    writeFileSync(join(folder, "outside/kept"), "");
    write("caf\u00e9", "a\nb");
    symlinkSync(join(folder, "outside"), join(folder, "a/link"));
    await files.remove(join(folder, "a"));
    assert.equal(existsSync(join(folder, "a")), false);
    assert.ok(existsSync(join(folder, "outside/kept")));
    await files.remove(join(folder, "a"));
  });
});

describe("space", () => {
  it("is told for a path that is not there yet, and as what a tree takes", async () => {
    assert.ok((await files.freeBytes(join(folder, "not/yet"))) > 0);
    assert.equal(await files.usedBytes(join(folder, "not/yet")), 0);
    writeFileSync(join(folder, "a"), Buffer.alloc(1024 * 1024, 1));
    execFileSync("sync", [join(folder, "a")]);
    assert.ok((await files.usedBytes(folder)) >= 1024 * 1024);
  });
});

describe("what killed runs left among the reports", () => {
  it("keeps no restore from being planned", async () => {
    for (const [name, text] of [
      ["2.json", '{"half":'],
      ["3.json", ""],
      ["4.json", "[]"],
      ["5.json.123-ab12cd34", "{"],
    ] as const)
      // prettier-ignore
      writeFileSync(join(folder, name), text);
    mkdirSync(join(folder, "6.json"));
    symlinkSync("nowhere", join(folder, "7.json"));
    execFileSync("mkfifo", [join(folder, "8.txt")]);
    assert.equal(await findLastRestore(folder), null);
    assert.equal(await findLastRestore(join(folder, "absent")), null);
    assert.equal(await findLastRestore(join(folder, "2.json")), null);
  });
});
