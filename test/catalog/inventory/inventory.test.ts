import assert from "node:assert/strict";
import { test } from "node:test";
import { entryPath, inventorySchema } from "../../../catalog/inventory/inventory.ts";
import { NameSample } from "../../../catalog/inventory/name-sample.ts";
import { InventoryRecorder } from "../../../catalog/inventory/recorder.ts";
import { hashOf, SetDigest } from "../../../catalog/inventory/set-digest.ts";
import { shareBudget } from "../../../catalog/inventory/share-budget.ts";

test("paths of odd names are one to one, and readable where nothing has to be escaped", () => {
  assert.equal(entryPath("database", "سلال/a.b $c%"), "database/سلال%2Fa.b $c%25");
  const names = ["", "%", "%empty", "a/b", "a", "\0", "%00", "é", "e\u0301", "\ud800"];
  assert.equal(new Set(names.map((name) => entryPath(name))).size, names.length);
  assert.ok(names.every((name) => !entryPath(name).includes("/") && entryPath(name) !== ""));
});

test("a set's digest does not depend on its order, and does on each item and on how often it is there", () => {
  const sum = (...names: readonly string[]) => {
    const digest = new SetDigest();
    for (const name of names) digest.add(hashOf(name), 1);
    return digest.sum;
  };
  assert.equal(sum("a", "b", "c"), sum("c", "a", "b"));
  assert.notEqual(sum("a", "b"), sum("a", "b", "b"));
  assert.notEqual(sum("a", "b"), sum("a", "c"));
  assert.notDeepEqual(hashOf("ab", "c"), hashOf("a", "bc"));
});

test("small collections are read whole, and large ones share what is left equally", () => {
  const extents = new Map([
    ["large", { items: 1_000, bytes: 1_000 }],
    ["small", { items: 5, bytes: 10 }],
    ["larger", { items: 100, bytes: 10_000 }],
  ]);
  assert.deepEqual(
    [...shareBudget(extents, 110)],
    [
      ["small", "all"],
      ["large", 50],
      ["larger", 0],
    ],
  );
  assert.deepEqual([...shareBudget(extents, 20_000).values()], ["all", "all", "all"]);
});

test("a sample by name grows rarer when bytes or time run short, and what it takes at the end it took all along", () => {
  let now = 0;
  const sample = new NameSample({ bytes: 1_000, ms: 1_000 }, 0, [], () => now);
  const taken = new Set<number>();
  for (let index = 0; index < 500; index += 1) {
    const level = sample.levelOf(`key ${index}`);
    if (!sample.takes(level)) continue;
    taken.add(index);
    sample.read(level, 10);
  }
  assert.ok(sample.level >= 2);
  assert.deepEqual(sample.sample, { oneIn: 2 ** sample.level });
  for (let index = 0; index < 500; index += 1)
    if (sample.levelOf(`key ${index}`) >= sample.level) assert.ok(taken.has(index), `key ${index}`);
  const before = sample.level;
  now = 900;
  sample.takes(0);
  assert.ok(sample.level > before);
});

test("an inventory is what its schema says, and two things of one path are refused", () => {
  const recorder = new InventoryRecorder("redis", { bytes: 1, ms: 1 });
  recorder.add("__proto__", { kind: "keys", count: 1 });
  assert.throws(
    () => recorder.add("__proto__", { kind: "keys" }),
    /^Error: redis: two things have the path __proto__$/,
  );
  const taken = recorder.finish("8.0");
  assert.deepEqual(taken.coverage, { hashed: 0, of: 1, bytes: 0, sampled: true });
  assert.equal(inventorySchema.parse(taken).store, "redis");
});
