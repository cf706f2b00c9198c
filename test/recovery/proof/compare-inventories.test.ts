import assert from "node:assert/strict";
import test from "node:test";
import type { Entry } from "../../../catalog/inventory/inventory.ts";
import { compareInventories } from "../../../recovery/proof/compare-inventories.ts";
import { acceptFindings } from "../../../recovery/proof/finding.ts";
import { inventory, made, takenAtMs, type MadeItem } from "./inventories.ts";

const path = "database/0/string";
const names = (count: number, prefix = "k") =>
  Array.from({ length: count }, (_, index) => ({ name: `${prefix}${index}` }));
const at = (seconds: number) => takenAtMs + seconds * 1_000;

/** Compares keys of one database: those that have to be there with those that are, so many seconds later. */
function keys(wanted: readonly MadeItem[], found: readonly MadeItem[], afterSeconds: number) {
  const entry = (items: readonly MadeItem[], seconds: number) =>
    items.length === 0 ? {} : { [path]: made(items, at(seconds)) };
  return compareInventories(inventory(entry(wanted, 0)), inventory(entry(found, afterSeconds), afterSeconds));
}

/** Seeded, so that a failure can be run again. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test("property: what was due may be gone, whichever part of it, and is not held against a restore", () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = randoms(seed);
    const after = Math.floor(random() * 200_000);
    const wanted = Array.from({ length: 40 }, (_, index): MadeItem => {
      return random() < 0.4
        ? { name: `k${index}` }
        : { name: `k${index}`, in: Math.floor(random() * 400_000) };
    });
    const found = wanted.filter((item) => item.in === undefined || item.in > after || random() < 0.5);
    const { findings, tolerated } = keys(wanted, found, after);
    assert.deepEqual(findings, [], `seed ${seed}`);
    assert.equal(tolerated.length, found.length < wanted.length ? 1 : 0, `seed ${seed}`);
  }
});

test("property: one item that was not due is missing, altered, or made to stay: each is named", () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = randoms(seed);
    const after = Math.floor(random() * 3_600);
    // Later than any window that the check may fall into.
    const wanted = Array.from({ length: 20 }, (_, index): MadeItem => {
      return random() < 0.5
        ? { name: `k${index}` }
        : { name: `k${index}`, in: after * 1.2 + 20 + Math.floor(random() * 9_999) };
    });
    const victim = Math.floor(random() * wanted.length);
    const alterations: readonly (readonly MadeItem[])[] = [
      wanted.filter((_, index) => index !== victim),
      wanted.map((item, index) => (index === victim ? { ...item, name: `x${index}` } : item)),
      wanted.map((item, index) =>
        index === victim
          ? { name: item.name, ...(item.in === undefined ? { in: after + 99_999 } : {}) }
          : item,
      ),
      [...wanted, { name: "new" }],
      [...wanted, { name: "new", in: after + 99_999 }],
      [...wanted, { name: "overdue", in: after - 1 }],
    ];
    for (const [index, found] of alterations.entries()) {
      const { findings } = keys(wanted, found, after);
      assert.deepEqual(
        findings.map(({ name }) => name),
        ["redis: keys: database/0/string"],
        `seed ${seed}, alteration ${index}`,
      );
    }
  }
});

test("only as many as were due: one more that is gone is named, with how many", () => {
  const wanted = [...names(3), { name: "soon", in: 30 }, { name: "later", in: 7_200 }];
  const sentence = (found: readonly MadeItem[]) =>
    keys(wanted, found, 60).findings.map((finding) => finding.sentence);
  assert.deepEqual(sentence([...names(3), { name: "later", in: 7_200 }]), []);
  assert.deepEqual(sentence(names(3)), [
    "of those that go by themselves from 2026-11-21T16:00:00.000Z on: expected 1, got 0",
  ]);
  assert.deepEqual(sentence([...names(2), { name: "later", in: 7_200 }]), ["expected 3, got 2"]);
});

test("equal in number and size, and other: found by the digest where it was hashed, and said where not", () => {
  const wanted = names(5);
  const found = [...names(4), { name: "x4" }];
  assert.deepEqual(keys(wanted, found, 1).findings, [
    { name: "redis: keys: database/0/string", sentence: "5, as expected, with other content" },
  ]);
  const unhashed = (items: readonly MadeItem[]) =>
    inventory({ [path]: made(items, takenAtMs, "keys", { sample: null }) }, 1);
  const { findings, notCovered, coverage } = compareInventories(unhashed(wanted), unhashed(found));
  assert.deepEqual(findings, []);
  assert.deepEqual(notCovered, [
    "redis: keys: database/0/string: content not covered: 5 items, none of them hashed",
  ]);
  assert.deepEqual(coverage.found, { hashed: 0, of: 5, bytes: 0, sampled: true });
});

test("two samples that are not the same items say nothing of each other, but their numbers do", () => {
  const wanted = inventory({
    [path]: made(names(9), takenAtMs, "keys", { sample: { first: 9, last: 0 }, count: 100 }),
  });
  const found = (count: number) =>
    inventory({ [path]: made(names(7), at(1), "keys", { sample: { first: 7, last: 0 }, count }) }, 1);
  assert.deepEqual(compareInventories(wanted, found(100)), {
    findings: [],
    tolerated: [],
    notCovered: [
      "redis: keys: database/0/string: content not covered: the first 9 and the last 0 were hashed then, the first 7 and the last 0 were hashed now",
    ],
    coverage: {
      wanted: { hashed: 9, of: 100, bytes: 18, sampled: true },
      found: { hashed: 7, of: 100, bytes: 14, sampled: true },
    },
  });
  assert.equal(compareInventories(wanted, found(99)).findings[0]?.sentence, "expected 100, got 99");
});

test("options, what is missing and what is extra are each named; what is below is said once", () => {
  const collection = (type: string): Entry => ({ kind: "collections", options: { type } });
  const wanted = inventory({
    "database/شركة": { kind: "databases", options: {} },
    "database/شركة/collection/a%2Fb": collection("collection"),
    "database/شركة/collection/a%2Fb/documents": made(names(2), takenAtMs, "documents"),
    "database/x/collection/y": collection("collection"),
  });
  const found = inventory(
    { "database/x/collection/y": collection("capped"), "database/x/collection/z": collection("view") },
    1,
  );
  assert.deepEqual(compareInventories(wanted, found).findings, [
    {
      name: "redis: collections: database/x/collection/y",
      sentence: "type: expected collection, got capped",
    },
    { name: "redis: collections: database/x/collection/z", sentence: "is there, and should not be" },
    { name: "redis: databases: database/شركة", sentence: "is missing, and with it 2 entries below it" },
  ]);
});

test("an entry may be gone once its time has come, and may come while it is empty", () => {
  const queue = (more: Partial<Entry>): Entry => ({ kind: "queues", options: {}, ...more });
  const goes = { why: "auto-delete", from: new Date(at(30)).toISOString() };
  const wanted = inventory({
    "queue/t": queue({ mayGo: goes }),
    "queue/t/messages": made(names(2), takenAtMs, "messages"),
  });
  assert.equal(compareInventories(wanted, inventory({}, 29)).findings.length, 1);
  const { findings, tolerated } = compareInventories(wanted, inventory({}, 30));
  assert.deepEqual([findings, tolerated], [[], ["redis: queues: queue/t: gone by itself: auto-delete"]]);
  const come = (count: number) =>
    inventory({ q: queue({ mayCome: "declared" }), "q/messages": made(names(count), at(1), "messages") }, 1);
  assert.deepEqual(compareInventories(inventory({}), come(0)).findings, []);
  assert.deepEqual(compareInventories(inventory({}), come(1)).findings, [
    { name: "redis: queues: q", sentence: "is there, and should not be" },
  ]);
});

test("what left by itself may have arrived elsewhere, and no more than left", () => {
  const source = (items: readonly MadeItem[], seconds: number): Entry => ({
    ...made(items, at(seconds), "messages"),
    feeds: ["queue/dead"],
  });
  const wanted = inventory({
    "queue/dead": made(names(1, "d"), takenAtMs, "messages"),
    "queue/ttl": source([...names(2, "e").map((item) => ({ ...item, in: 5 })), ...names(1)], 0),
  });
  const found = (arrived: number) =>
    inventory(
      { "queue/dead": made(names(1 + arrived, "d"), at(60), "messages"), "queue/ttl": source(names(1), 60) },
      60,
    );
  assert.deepEqual(compareInventories(wanted, found(2)).findings, []);
  assert.deepEqual(compareInventories(wanted, found(3)).findings, [
    { name: "redis: messages: queue/dead", sentence: "expected 1, got 4" },
  ]);
});

test("inventories of two stores, or the earlier one as what was found, are refused", () => {
  assert.throws(() => compareInventories(inventory({}), inventory({}, 0, "mongo")), {
    message: "inventories: expected two of one store, got redis and mongo",
  });
  assert.throws(() => compareInventories(inventory({}, 10), inventory({})), /look at the machine's clock$/);
});

test("a finding is accepted by its name, or by its family; a store's name accepts nothing, and a misspelt one is told", () => {
  const findings = [
    "redis: keys: database/0/string",
    "redis: keys: database/1/set",
    "redis: users: user/x",
  ].map((name) => ({
    name,
    sentence: "s",
  }));
  const open = (...accepted: string[]) => acceptFindings(findings, accepted).open.map(({ name }) => name);
  assert.deepEqual(open("redis: keys: database/1/set"), [findings[0]?.name, findings[2]?.name]);
  assert.deepEqual(open("redis: keys"), [findings[2]?.name]);
  assert.deepEqual(
    open("redis", "redis: ", "redis: keys: database/0"),
    findings.map(({ name }) => name),
  );
  assert.deepEqual(acceptFindings(findings, ["redis: keys", "redis: keyz"]).unused, ["redis: keyz"]);
});
