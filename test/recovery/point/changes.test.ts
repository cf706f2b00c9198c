import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { changesBetween, clockMarginMs } from "../../../recovery/point/changes.ts";
import { parseTree, type Tree, type TreeEntry } from "../../../recovery/point/tree.ts";
import { treeEntry as base } from "./tree-entry.ts";

function tree(scannedAtSeconds: number, ...entries: readonly Partial<TreeEntry>[]): Tree {
  const full = entries.map((entry) => ({ ...base, ...entry }));
  return { scannedAt: scannedAtSeconds * 1000, entries: new Map(full.map((entry) => [entry.path, entry])) };
}

describe("changesBetween", () => {
  it("leaves alone what is the same", () => {
    const changes = changesBetween(tree(2000, {}), tree(3000, {}));
    assert.deepEqual(changes, { remove: [], folders: [], files: [], symlinks: [], finish: [] });
  });

  const differences: readonly Partial<TreeEntry>[] = [
    { inode: "11" },
    { ctime: "1000.0000000001" },
    { mtime: "1000.0000000001" },
    { size: 6 },
    { mode: 0o644 },
    { uid: 0 },
    { gid: 0 },
    { links: 2 },
  ];
  for (const difference of differences) {
    it(`copies a file again that differs in its ${Object.keys(difference).join()} alone`, () => {
      const changes = changesBetween(tree(2000, {}), tree(3000, difference));
      assert.deepEqual(changes.remove, ["data/a"]);
      assert.deepEqual(
        changes.files.map(({ path }) => path),
        ["data/a"],
      );
    });
  }

  it("distrusts a file that had changed just before it was looked at", () => {
    const looked = 1000 + (clockMarginMs - 1) / 1000;
    assert.equal(changesBetween(tree(looked, {}), tree(3000, {})).files.length, 1);
    assert.equal(changesBetween(tree(1000 + (clockMarginMs + 1) / 1000, {}), tree(3000, {})).files.length, 0);
  });

  it("distrusts a file from the future: clocks are set back", () => {
    assert.equal(changesBetween(tree(500, {}), tree(3000, {})).files.length, 1);
  });

  it("removes children before their folder, and makes a folder before its children", () => {
    const folder = { kind: "d", path: "data/d" } as const;
    const deeper = { kind: "d", path: "data/d/e" } as const;
    const file = { path: "data/d/e/f" };
    const changes = changesBetween(tree(2000, folder, deeper, file), tree(3000));
    assert.deepEqual(changes.remove, ["data/d/e/f", "data/d/e", "data/d"]);
    const back = changesBetween(tree(2000), tree(3000, file, deeper, folder));
    assert.deepEqual(
      back.folders.map(({ path }) => path),
      ["data/d", "data/d/e"],
    );
    assert.deepEqual(
      back.finish.map(({ path }) => path),
      ["data/d/e", "data/d"],
    );
  });

  it("sets a folder's times again when something in it was removed", () => {
    const folder = { kind: "d", path: "data" } as const;
    const changes = changesBetween(tree(2000, folder, {}), tree(3000, folder));
    assert.deepEqual(
      changes.finish.map(({ path }) => path),
      ["data"],
    );
  });

  it("removes a folder that became a file, with all that was in it", () => {
    const changes = changesBetween(
      tree(2000, { kind: "d" }, { path: "data/a/b" }),
      tree(3000, { inode: "11" }),
    );
    assert.deepEqual(changes.remove, ["data/a/b", "data/a"]);
    assert.deepEqual(
      changes.files.map(({ path }) => path),
      ["data/a"],
    );
  });
});

describe("parseTree", () => {
  it("reads names with tabs and newlines, links' targets, and leaves out sockets", () => {
    const line = (kind: string, path: string, target = ""): string =>
      `${kind}\t1\t2.5\t3.5\t4\t755\t6\t7\t1\t${path}\0${target}\0`;
    const { entries } = parseTree(
      line("f", "a\tb\nc") + line("l", "link", "to\nthere") + line("s", "socket"),
      9,
    );
    assert.deepEqual([...entries.keys()], ["a\tb\nc", "link"]);
    assert.equal(entries.get("link")?.target, "to\nthere");
    const expected = {
      ...base,
      path: "a\tb\nc",
      inode: "1",
      ctime: "2.5",
      mtime: "3.5",
      size: 4,
      mode: 0o755,
      uid: 6,
      gid: 7,
    };
    assert.deepEqual(entries.get("a\tb\nc"), expected);
  });
});
