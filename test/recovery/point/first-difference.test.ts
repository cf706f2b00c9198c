import assert from "node:assert/strict";
import { test } from "node:test";
import { differenceOf } from "../../../recovery/point/first-difference.ts";
import type { TreeEntry } from "../../../recovery/point/tree.ts";
import { treeEntry } from "./tree-entry.ts";

const entry = (change: Partial<TreeEntry> = {}): TreeEntry => {
  return { ...treeEntry, path: Buffer.from("d/ä").toString("latin1"), ...change };
};

test("names what is missing, what should not be there, and what is another", () => {
  assert.equal(differenceOf(entry(), null), '"d/ä" is missing');
  assert.equal(differenceOf(null, entry()), '"d/ä" should not be there');
  assert.equal(differenceOf(entry(), entry({ size: 4 })), '"d/ä" has 4 bytes instead of 5');
  assert.equal(differenceOf(entry(), entry({ mode: 0o644, uid: 9 })), '"d/ä" has another mode, uid');
  assert.equal(differenceOf(entry(), entry({ mtime: "1000.0001" })), '"d/ä" has another mtime');
  assert.equal(differenceOf(entry({ path: "d/caf\u00e9\n" }), null), '"d/caf%E9%0A" is missing');
  assert.equal(differenceOf(null, null), null);
});

test("inodes and change times of a copy are its own, and a directory's size is", () => {
  assert.equal(differenceOf(entry(), entry({ inode: "2", ctime: "2.0" })), null);
  assert.equal(differenceOf(entry({ kind: "d", size: 6 }), entry({ kind: "d", size: 60 })), null);
});

test("a time is the same within what a copy can be given", () => {
  assert.equal(differenceOf(entry(), entry({ mtime: "1000.0000009000" })), null);
  assert.equal(differenceOf(entry({ mtime: "-1.7500000000" }), entry({ mtime: "0.7500000000" })), null);
});
