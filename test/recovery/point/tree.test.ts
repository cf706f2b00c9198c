import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isCopied, keyOf, parseRecord, pathOf, renderRecord, secondsOf, timeOf } from "../../../recovery/point/tree.ts"; // prettier-ignore
import { treeEntry } from "./tree-entry.ts";

describe("a record of a tree's entry", () => {
  it("is read as what was rendered, with names and targets of any bytes", () => {
    const odd = ["a\tb\nc", " //leading".slice(3), "-rf", "caf\u00e9", "%", '"quotes"', "x".repeat(255)];
    for (const name of odd) {
      const entry = { ...treeEntry, path: `data/${name}`, mode: 0o4755 };
      assert.deepEqual(parseRecord(renderRecord(entry)), entry);
      const link = { ...entry, kind: "l", target: `../${name}//x` } as const;
      assert.deepEqual(parseRecord(renderRecord(link)), link);
      assert.equal(pathOf(renderRecord(link)), link.path);
    }
  });

  it("sorts after its folder's, whatever its name begins with", () => {
    for (const name of [" ", "\u0001", "-", "!", "/".slice(1) + "a"]) {
      const folder = renderRecord({ ...treeEntry, path: "data/d", kind: "d" });
      assert.ok(folder < renderRecord({ ...treeEntry, path: `data/d/${name}` }));
    }
  });

  it("has a key that no other begins with", () => {
    const key = keyOf(renderRecord({ ...treeEntry, path: "data/a" }));
    assert.equal(renderRecord({ ...treeEntry, path: "data/ab" }).startsWith(key), false);
  });

  it("is not copied when it is of a pipe, a socket, a device, or a link that vanished", () => {
    const record = (kind: string, target = ""): string =>
      `0001/data/x//${kind} 1.5 1 1.5 0 600 0 0 1//${target}`;
    for (const kind of ["p", "s", "c", "b", "l"]) assert.equal(isCopied(record(kind)), false, kind);
    for (const kind of ["f", "d"]) assert.equal(isCopied(record(kind)), true, kind);
    assert.equal(isCopied(record("l", "there")), true);
  });
});

describe("times as find prints them", () => {
  it("count their fraction forward, before 1970 too", () => {
    assert.equal(secondsOf("1000.2500000000"), 1000.25);
    assert.equal(secondsOf("-1.7500000000"), -0.25);
    for (const [ns, text] of [
      [1_250_000_000n, "1.2500000000"],
      [-250_000_000n, "-1.7500000000"],
      [-1_000_000_000n, "-1.0000000000"],
      [7n, "0.0000000070"],
    ] as const)
      // prettier-ignore
      assert.equal(timeOf(ns), text);
  });
});
