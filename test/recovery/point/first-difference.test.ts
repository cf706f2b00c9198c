import assert from "node:assert/strict";
import { test } from "node:test";
import { firstDifference } from "../../../recovery/point/first-difference.ts";
import type { Tree, TreeEntry } from "../../../recovery/point/tree.ts";

function tree(...changes: readonly Partial<TreeEntry>[]): Tree {
  const entries = changes.map((change): [string, TreeEntry] => {
    const entry: TreeEntry = {
      path: "d/ä",
      kind: "f",
      inode: "1",
      ctime: "1.0",
      mtime: "1.0",
      size: 5,
      mode: 0o600,
      uid: 0,
      gid: 0,
      links: 1,
      target: "",
      ...change,
    };
    const path = Buffer.from(entry.path).toString("latin1");
    return [path, { ...entry, path }];
  });
  return { scannedAt: 0, entries: new Map(entries) };
}

test("names what is missing, what should not be there, and what is another", () => {
  assert.equal(firstDifference(tree({}), tree()), '"d/ä" is missing');
  assert.equal(firstDifference(tree(), tree({})), '"d/ä" should not be there');
  assert.equal(firstDifference(tree({}), tree({ size: 4 })), '"d/ä" has 4 bytes instead of 5');
  assert.equal(firstDifference(tree({}), tree({ mode: 0o644, uid: 9 })), '"d/ä" has another mode, uid');
});

test("times and inodes of a copy are its own, and a directory's size is", () => {
  assert.equal(firstDifference(tree({}), tree({ inode: "2", ctime: "2.0", mtime: "3.0" })), null);
  assert.equal(firstDifference(tree({ kind: "d", size: 6 }), tree({ kind: "d", size: 60 })), null);
});
