import assert from "node:assert/strict";
import { test } from "node:test";
import { movedSince } from "../../../recovery/point/moved-since.ts";
import { parseTree, renderTree, type Tree, type TreeEntry } from "../../../recovery/point/tree.ts";
import { treeEntry as file } from "./tree-entry.ts";

function tree(...entries: readonly Partial<TreeEntry>[]): Tree {
  const full = entries.map((entry) => ({ ...file, ...entry }));
  return { scannedAt: 2_000_000, entries: new Map(full.map((entry) => [entry.path, entry])) };
}

test("nothing moved where nothing changed, whatever is new", () => {
  assert.deepEqual(movedSince(tree({}), tree({}, { path: "data/b" })), { changed: [], gone: new Set() });
});

test("a directory's own times do not count, since each new file changes them", () => {
  const folder = { path: "data", kind: "d" } as const;
  assert.deepEqual(movedSince(tree(folder), tree({ ...folder, ctime: "1001.5" })).changed, []);
});

test("a change time alone does not count: it is an extended attribute's", () => {
  assert.deepEqual(movedSince(tree({}), tree({ ctime: "1001.5" })).changed, []);
});

test("a file that was replaced, grew, or became something else has changed; one that vanished is gone", () => {
  for (const change of [{ inode: "11" }, { size: 6 }, { mtime: "1000.1" }, { kind: "d" as const }])
    assert.deepEqual(movedSince(tree({}), tree(change)).changed, ["data/a"]);
  assert.deepEqual(movedSince(tree({}), tree()), { changed: [], gone: new Set(["data/a"]) });
});

test("a tree that was rendered is read as the same", () => {
  const entries = [{}, { path: "data/tab\there\n", mode: 0o4755 }, { path: "l", kind: "l", target: "../x" }] as const; // prettier-ignore
  const whole = tree(...entries);
  assert.deepEqual(parseTree(renderTree(whole), whole.scannedAt), whole);
});
