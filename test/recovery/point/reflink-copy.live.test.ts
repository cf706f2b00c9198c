import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { ReflinkCopy } from "../../../recovery/point/reflink-copy.ts";
import { makeXfs, type XfsFixture } from "./xfs-fixture.ts";

let xfs: XfsFixture;
let folder: string;
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

function live(path: string): string {
  return join(folder, "live/data", path);
}

function newCopy(): ReflinkCopy {
  return new ReflinkCopy({
    from: join(folder, "live"),
    to: join(folder, "copy"),
    directories: ["data"],
    index: join(folder, "index"),
  });
}

/** Everything that matters of a tree, by other means than the code under test. */
function fingerprint(root: string): string {
  const script =
    'find . -mindepth 1 \\( -type f -o -type d -o -type l \\) -printf "%y %m %U %G %l " -exec sh -c \'[ -L "$1" ] || [ -d "$1" ] || sha256sum <"$1"\' _ {} \\; -printf "%p\\n" | sort';
  return execFileSync("sh", ["-c", script], { cwd: root, encoding: "latin1", maxBuffer: 1 << 28 });
}

function assertEqualTrees(message: string): void {
  assert.equal(fingerprint(join(folder, "copy/data")), fingerprint(join(folder, "live/data")), message);
}

describe("ReflinkCopy", () => {
  it("copies files, folders, symlinks, owners, modes and times", async () => {
    mkdirSync(live("sub/deep"), { recursive: true });
    writeFileSync(live("sub/deep/a"), "content");
    symlinkSync("sub/deep/a", live("link"));
    symlinkSync("/nowhere/at all", live("dangling"));
    chownSync(live("sub"), 999, 998);
    chmodSync(live("sub/deep/a"), 0o640);
    utimesSync(live("sub/deep/a"), 1_000_000_000.123456, 1_000_000_000.123456);
    const copy = newCopy();
    await copy.firstPass();
    const second = await copy.secondPass();
    const held = await copy.finish();
    assertEqualTrees("after both passes");
    assert.deepEqual([held["data"]?.files, held["data"]?.bytes, held["data"]?.leftOut], [1, 7, []]);
    assert.ok(second.files <= 1, "the second pass copies only what may have changed");
    const times = execFileSync("stat", ["-c", "%.6Y", join(folder, "copy/data/sub/deep/a")], {
      encoding: "utf8",
    });
    assert.equal(times.trim(), "1000000000.123456");
  });

  it("copies only what changed since the point before, and finds its way back to its index", async () => {
    for (let index = 0; index < 300; index += 1) writeFileSync(live(`f${index}`), `${index}`);
    await settle();
    const first = newCopy();
    await first.firstPass();
    await first.secondPass();
    await first.finish();
    appendFileSync(live("f7"), "more");
    const second = newCopy();
    const pass = await second.firstPass();
    assert.equal(pass.files, 1);
    await second.secondPass();
    await second.finish();
    assertEqualTrees("after the second point");
  });

  it("notices a file whose writer put its old times back", async () => {
    writeFileSync(live("a"), "before");
    await settle();
    const copy = newCopy();
    await copy.firstPass();
    const times = 1_500_000_000;
    utimesSync(live("a"), times, times);
    await settle();
    await copy.secondPass();
    await copy.finish();
    writeFileSync(live("a"), "after!");
    utimesSync(live("a"), times, times);
    const next = newCopy();
    await next.firstPass();
    await next.secondPass();
    await next.finish();
    assert.equal(readFileSync(join(folder, "copy/data/a"), "utf8"), "after!");
  });

  it("follows a folder that was renamed with its children's old times", async () => {
    mkdirSync(live("old"));
    mkdirSync(live("other"));
    writeFileSync(live("old/a"), "of old");
    writeFileSync(live("other/a"), "of other");
    await settle();
    const copy = newCopy();
    await copy.firstPass();
    renameSync(live("old"), live("aside"));
    renameSync(live("other"), live("old"));
    await copy.secondPass();
    await copy.finish();
    assertEqualTrees("the folder's children are the other folder's");
    assert.equal(readFileSync(join(folder, "copy/data/old/a"), "utf8"), "of other");
  });

  it("keeps hard links linked, and parts them when they part", async () => {
    writeFileSync(live("a"), "one");
    linkSync(live("a"), live("b"));
    const copy = newCopy();
    await copy.firstPass();
    await copy.secondPass();
    await copy.finish();
    const inode = (path: string): string =>
      execFileSync("stat", ["-c", "%i", join(folder, "copy/data", path)], { encoding: "utf8" });
    assert.equal(inode("a"), inode("b"));
    rmSync(live("b"));
    writeFileSync(live("b"), "two");
    const next = newCopy();
    await next.firstPass();
    await next.secondPass();
    await next.finish();
    assert.notEqual(inode("a"), inode("b"));
    assertEqualTrees("after they parted");
  });

  it("keeps names that are no valid UTF-8, and those with spaces, tabs and newlines", async () => {
    execFileSync(
      "sh",
      ["-c", "printf x > \"$(printf 'caf\\351')\"; printf y > \"$(printf 'a\\tb\\nc d')\""],
      { cwd: live("") },
    );
    const copy = newCopy();
    await copy.firstPass();
    await copy.secondPass();
    await copy.finish();
    assertEqualTrees("odd names");
  });

  it("starts from nothing when a run before was killed in the middle", async () => {
    writeFileSync(live("a"), "one");
    const finished = newCopy();
    await finished.firstPass();
    await finished.secondPass();
    await finished.finish();
    const killed = newCopy();
    await killed.firstPass();
    assert.equal(existsSync(join(folder, "index")), false, "no index while the copy is being changed");
    writeFileSync(join(folder, "copy/data/garbage"), "left by the killed run");
    const next = newCopy();
    await next.firstPass();
    await next.secondPass();
    await next.finish();
    assertEqualTrees("after the next run");
  });

  it("starts from nothing when somebody else changed the copy", async () => {
    writeFileSync(live("a"), "one");
    await settle();
    const copy = newCopy();
    await copy.firstPass();
    await copy.secondPass();
    await copy.finish();
    rmSync(join(folder, "copy/data/a"));
    const next = newCopy();
    await next.firstPass();
    await next.secondPass();
    await next.finish();
    assertEqualTrees("after the repair");
  });

  it("refuses a copy that is not equal to the tree, naming the file", async () => {
    writeFileSync(live("a"), "one");
    const copy = newCopy();
    await copy.firstPass();
    await copy.secondPass();
    rmSync(join(folder, "copy/data/a"));
    await assert.rejects(copy.finish(), /The copy differs from the live tree: "data\/a" is missing\./);
  });

  it("says what is wrong on a file system that cannot share blocks", async () => {
    writeFileSync(live("a"), "one");
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", live("").replace(/\/$/, "")]);
    try {
      writeFileSync(live("a"), "one");
      await assert.rejects(
        newCopy().firstPass(),
        /must lie on one file system with reflink, such as XFS made with reflink=1/,
      );
    } finally {
      execFileSync("umount", [live("").replace(/\/$/, "")]);
    }
  });

  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    it(`equals the tree after any mutations before, between and during passes (seed ${seed})`, async () => {
      const random = generator(seed);
      const mutate = mutator(random);
      for (let count = 0; count < 150; count += 1) mutate();
      for (let point = 0; point < 4; point += 1) {
        const copy = newCopy();
        const quiet = new AbortController();
        const writer = (async () => {
          while (!quiet.signal.aborted) {
            for (let count = 0; count < 3; count += 1) mutate();
            await new Promise((resolve) => setImmediate(resolve));
          }
        })();
        try {
          await copy.firstPass();
        } finally {
          quiet.abort();
          await writer;
        }
        for (let count = 0; count < 30; count += 1) mutate();
        await copy.secondPass();
        await copy.finish();
        assertEqualTrees(`point ${point}`);
        for (let count = 0; count < 20; count += 1) mutate();
      }
    });
  }
});

/** Until the clock has left the margin in which changes count as uncertain. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 400));
}

/** Mulberry32: the same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

function mutator(random: () => number): () => void {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const folders = ["", "d1", "d2", "d1/e", "d2/e", "d3"];
  const path = (): string => live(join(pick(folders), pick(["a", "b", "c", "x", "y"])));
  const aFolder = (): string => live(pick(folders.slice(1)));
  const actions: readonly (() => void)[] = [
    () => writeFileSync(path(), `${random()}`),
    () => appendFileSync(path(), "+"),
    () => truncateSync(path(), Math.floor(random() * 5)),
    () => rmSync(path(), { recursive: true }),
    () => renameSync(path(), path()),
    () => renameSync(aFolder(), aFolder()),
    () => rmSync(aFolder(), { recursive: true }),
    () => mkdirSync(aFolder(), { recursive: true }),
    () => mkdirSync(aFolder(), { recursive: true }),
    () => linkSync(path(), path()),
    () => symlinkSync(pick(["a", "../b", "nowhere"]), path()),
    () => chmodSync(path(), pick([0o600, 0o644, 0o755])),
    () => chownSync(path(), pick([0, 999]), pick([0, 999])),
    () => {
      const target = path();
      writeFileSync(`${target}.tmp`, `${random()}`);
      renameSync(`${target}.tmp`, target);
    },
  ];
  return () => {
    try {
      pick(actions)();
    } catch (error) {
      // Actions are chosen blindly: those that make no sense at the moment are refused by the kernel.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  };
}
