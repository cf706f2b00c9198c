import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTree, renderTree } from "../../../recovery/point/tree.ts";

const line = (kind: string, path: string, target = ""): string =>
  `${kind}\t12\t1700000000.5\t1700000000.25\t5\t644\t999\t998\t1\t${path}\0${target}\0`;

test("every entry is read with all its fields, and rendered as it was", () => {
  const text = line("d", "data") + line("f", "data/a\tb\nc") + line("l", "data/link", "../elsewhere");
  const tree = parseTree(text, 7);
  assert.deepEqual([...tree.entries.keys()], ["data", "data/a\tb\nc", "data/link"]);
  assert.deepEqual(tree.entries.get("data/link"), {
    path: "data/link",
    kind: "l",
    inode: "12",
    ctime: "1700000000.5",
    mtime: "1700000000.25",
    size: 5,
    mode: 0o644,
    uid: 999,
    gid: 998,
    links: 1,
    target: "../elsewhere",
  });
  assert.equal(tree.scannedAt, 7);
  assert.equal(renderTree(tree), text);
});

test("sockets and pipes are left out", () => {
  assert.deepEqual([...parseTree(line("s", "socket") + line("p", "pipe"), 0).entries], []);
});

test("a link that was gone when its target was read is left out: to make one that points nowhere is refused", () => {
  const { entries } = parseTree(line("l", "gone") + line("l", "there", "a"), 0);
  assert.deepEqual([...entries.keys()], ["there"]);
});
