import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { changesBetween, clockMarginMs } from "../../../recovery/point/changes.ts";
import type { TreeEntry } from "../../../recovery/point/tree.ts";
import { records } from "./tree-entry.ts";

/** What has to be done, in order, such as `remove data/a`; `!` for what replaces something. */
function changes(
  before: readonly Partial<TreeEntry>[],
  now: readonly Partial<TreeEntry>[],
  lookedAtSeconds = 2000,
): string[] {
  return [...changesBetween(records(...before), records(...now), lookedAtSeconds * 1000)].map((change) => {
    if (change.action === "none") return "none";
    if (change.action === "remove") return `remove ${change.path}`;
    return `make ${change.replaces ? "!" : ""}${change.entry.path}`;
  });
}

describe("changesBetween", () => {
  it("leaves alone what is the same", () => {
    assert.deepEqual(changes([{}], [{}]), []);
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
    { kind: "l", target: "b" },
  ];
  for (const difference of differences) {
    it(`copies a file again that differs in its ${Object.keys(difference).join()} alone`, () => {
      assert.deepEqual(changes([{}], [difference]), ["make !data/a"]);
    });
  }

  it("distrusts a file that had changed just before it was looked at", () => {
    assert.equal(changes([{}], [{}], 1000 + (clockMarginMs - 1) / 1000).length, 1);
    assert.equal(changes([{}], [{}], 1000 + (clockMarginMs + 1) / 1000).length, 0);
  });

  it("distrusts a file from the future: clocks are set back", () => {
    assert.equal(changes([{}], [{}], 500).length, 1);
  });

  it("makes and removes a folder before what is in it, whatever the names are", () => {
    const folder = { kind: "d", path: "data/d" } as const;
    const deeper = { kind: "d", path: "data/d/ e" } as const;
    const [file, beside] = [{ path: "data/d/ e/-f" }, { path: "data/d!" }];
    const all = ["data/d!", "data/d", "data/d/ e", "data/d/ e/-f"];
    assert.deepEqual(changes([], [file, deeper, beside, folder]), all.map((path) => `make ${path}`)); // prettier-ignore
    assert.deepEqual(changes([file, deeper, beside, folder], []), all.map((path) => `remove ${path}`)); // prettier-ignore
  });

  it("keeps a folder that is still one", () => {
    const folder = { kind: "d", path: "data" } as const;
    assert.deepEqual(changes([folder, {}], [{ ...folder, mtime: "1001.0", mode: 0o700 }]), ["remove data/a"]);
  });

  it("replaces a folder that became a file, and the other way round", () => {
    const folder: readonly Partial<TreeEntry>[] = [{ kind: "d" }, { path: "data/a/b" }];
    assert.deepEqual(changes(folder, [{ inode: "11" }]), ["make !data/a", "remove data/a/b"]);
    assert.deepEqual(changes([{ inode: "11" }], folder), ["make !data/a", "make data/a/b"]);
  });

  it("looks up now and then though nothing has changed", () => {
    const many = Array.from({ length: 5000 }, (_, index) => ({ path: `data/${index}` }));
    assert.deepEqual(changes(many, many), ["none", "none"]);
  });
});
