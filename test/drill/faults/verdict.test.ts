import assert from "node:assert/strict";
import test from "node:test";
import type { Entry } from "../../../catalog/inventory/inventory.ts";
import { silence } from "../../../drill/faults/checks.ts";
import {
  judgeFault,
  saidOfChecks,
  saidOfManifest,
  saidOfRefusals,
  say,
} from "../../../drill/faults/verdict.ts";
import { judgeInventories, type StoreInventory } from "../../../recovery/restore/verify/judge-inventories.ts";
import type { Check } from "../../../recovery/restore/verify/check.ts";
import { checkManifest } from "../../../recovery/restore/verify/check-manifest.ts";
import type { Manifest } from "../../../recovery/point/manifest.ts";
import { findings, request } from "../../recovery/restore/phases/findings-fixture.ts";
import { planRestore } from "../../../recovery/restore/plan/plan.ts";
import { inventory, made, takenAtMs, type MadeItem } from "../../recovery/proof/inventories.ts";

const keys = "database/0/string";
const items = (...names: readonly (string | MadeItem)[]): Entry =>
  made(
    names.map((one) => (typeof one === "string" ? { name: one } : one)),
    takenAtMs,
  );

/** What the agent's own comparison says of these two, by the checks that say it. */
function checksOf(wanted: Record<string, Entry>, found: Record<string, Entry>): string[][] {
  const pair: StoreInventory = { wanted: inventory(wanted), found: { value: inventory(found, 10) } };
  return saidOfChecks(judgeInventories({ redis: pair }, []).checks).map(({ checks }) => [...checks]);
}

test("a plan that misses the newest point says so by the check of that name, by the plan's own words", () => {
  const found = findings();
  assert.ok(found.head.state === "ok");
  const newest = { point: "20261120T031500Z-aaaa", instant: "2026-11-20T03:15:00.000Z", sequence: 9 };
  const head = { ...found.head, head: { ...found.head.head, newest } };
  const planned = planRestore({ ...found, head, freeBytes: 0 }, request());
  assert.ok(Array.isArray(planned));
  assert.deepEqual(
    saidOfRefusals(planned).map(({ checks }) => checks),
    [["newest point"]],
  );
  const full = planRestore({ ...found, freeBytes: 0 }, request());
  assert.deepEqual(Array.isArray(full) && saidOfRefusals(full).map(({ checks }) => checks), [["plan"]]);
});

test("what the comparison of inventories says is told by the check that says it", () => {
  const user = (rules: string): Entry => ({ kind: "users", options: { rules } });
  const cases: [string, Record<string, Entry>, Record<string, Entry>, string[][]][] = [
    ["equal", { [keys]: items("a") }, { [keys]: items("a") }, []],
    ["fewer", { [keys]: items("a", "b") }, { [keys]: items("a") }, [["inventory: count"]]],
    ["all gone", { [keys]: items("a") }, {}, [["inventory: count"]]],
    ["other content", { [keys]: items("a", "b") }, { [keys]: items("a", "c") }, [["inventory: content"]]],
    [
      "gone before its time",
      { [keys]: items("a", { name: "k", in: 5_000 }) },
      { [keys]: items("a") },
      [["inventory: due"]],
    ],
    [
      "fewer, and gone before its time",
      { [keys]: items("a", "b", { name: "k", in: 5_000 }) },
      { [keys]: items("a") },
      [["inventory: count", "inventory: due"]],
    ],
    ["no longer there", { "user/a": user("+get") }, {}, [["inventory: missing"]]],
    [
      "with what was below it",
      { "vhost/a": { kind: "vhosts", options: {} }, "vhost/a/queue/b": { kind: "queues", options: {} } },
      {},
      [["inventory: missing"]],
    ],
    ["not there before", {}, { "user/a": user("+get") }, [["inventory: extra"]]],
    ["made otherwise", { "user/a": user("+get") }, { "user/a": user("+set") }, [["inventory: options"]]],
    [
      "an option that is a number",
      { "vhost/a/policy/p": { kind: "policies", options: { "max-length": "1000" } } },
      { "vhost/a/policy/p": { kind: "policies", options: { "max-length": "999" } } },
      [["inventory: options"]],
    ],
    [
      "an odd name",
      { "database/0/is missing: expected 1, got 2": items("a") },
      { "database/0/is missing: expected 1, got 2": items("b") },
      [["inventory: content"]],
    ],
  ];
  for (const [what, wanted, found, expected] of cases)
    assert.deepEqual(checksOf(wanted, found), expected, what);
});

test("a difference belongs to the family of its inventory", () => {
  const pair: StoreInventory = {
    wanted: inventory({ [keys]: items("a") }),
    found: { value: inventory({ [keys]: items("b") }, 10) },
  };
  const said = saidOfChecks(judgeInventories({ redis: pair }, []).checks);
  assert.equal(said[0]?.family, "redis: keys");
  assert.equal(silence(said, new Set(["redis: keys"])).length, 0);
  assert.equal(silence(said, new Set(["redis: users"])).length, 1);
});

const check = (name: string, result: Check["result"], store = "redis"): Check => {
  return { name, store, result, sentence: `${store}: ${name}: words` };
};

test("of a store that gives no answer it is said that it did not start, not that nothing is known of the point", () => {
  const told = saidOfChecks([
    check("canary", "not-made"),
    check("version", "not-made"),
    check("inventory", "not-made"),
    check("canary", "ok", "mongo"),
    check("inventory", "not-made", "mongo"),
  ]);
  assert.deepEqual(
    told.map(({ checks }) => checks),
    [["start"], ["start"], ["start"], ["inventory: known"]],
  );
});

test("canary, version, directories and what was left out are told by their checks", () => {
  const told = saidOfChecks([
    check("canary", "failed"),
    check("version", "failed"),
    check("directory redis", "failed"),
    check("not compared", "accepted"),
    check("image", "ok"),
    check("by itself", "ok"),
  ]);
  assert.deepEqual(
    told.map(({ checks }) => checks),
    [["canary"], ["version"], ["manifest: sums"], ["inventory: known"]],
  );
});

const digest = { names: "a", sizes: "b", access: "c", times: "d", folders: {} };
const point = { id: "p", instant: "2026-11-21T14:05:00.000Z", lineage: "l", generation: 1 };
const manifest: Manifest = {
  ...{ version: 1, point: "p", lineage: "l", generation: 1, host: "h", stack: "s", instant: point.instant },
  pauseMs: 1,
  stores: {
    redis: {
      ...{ canary: "p", counts: {}, version: "8", image: "i" },
      directories: { redis: { files: 1, bytes: 2, digest } },
    },
  },
};

/** What the check of a fetched point says, as `fetch` tells it. */
function manifestChecks(text: string | null, held: object): string[][] {
  const chosen = { ...point, from: "offsite" as const, snapshot: "x", stores: ["redis"], bytes: 2 };
  const stores = [{ name: "redis", directories: ["redis"] }];
  const problems = checkManifest(text, { point: chosen, leftOut: [] }, stores, held as never);
  assert.ok(Array.isArray(problems), "nothing was found");
  const message = `point p does not match its manifest; nothing was replaced:${problems.map((one) => `\n  ${one}`).join("")}\nChoose another point.`;
  return saidOfManifest(message).map(({ checks }) => [...checks]);
}

test("what the check of a fetched point says is told by the part that says it", () => {
  const hex = (letter: string): string => letter.repeat(64);
  const full = { names: hex("a"), sizes: hex("b"), access: hex("c"), times: hex("d"), folders: {} };
  const whole = JSON.parse(
    JSON.stringify(manifest).replace(JSON.stringify(digest), JSON.stringify(full)),
  ) as Manifest;
  const text = JSON.stringify(whole);
  const held = (more: object): object => ({ redis: { files: 1, bytes: 2, digest: full, ...more } });
  assert.deepEqual(manifestChecks(null, {}), [["manifest: form"]]);
  assert.deepEqual(manifestChecks("{", {}), [["manifest: form"]]);
  assert.deepEqual(manifestChecks(text, {}), [["manifest: form"]]);
  assert.deepEqual(manifestChecks(text, held({ bytes: 3 })), [["manifest: sums"]]);
  for (const [field, name] of [
    ["names", "manifest: names"],
    ["sizes", "manifest: sizes"],
    ["access", "manifest: access"],
    ["times", "manifest: times"],
  ])
    assert.deepEqual(manifestChecks(text, held({ digest: { ...full, [field ?? ""]: hex("e") } })), [[name]]);
  assert.deepEqual(manifestChecks(text, held({ digest: { ...full, sizes: hex("e"), times: hex("e") } })), [
    ["manifest: sizes", "manifest: times"],
  ]);
  assert.deepEqual(manifestChecks(JSON.stringify({ ...whole, generation: 2 }), held({})), [
    ["manifest: tags"],
  ]);
});

test("a fault is found when all that had to be named is, missed when nothing is said, and otherwise when something else is", () => {
  const said = [say(["canary"], "redis: canary: expected a"), say(["fetch"], "fetch: ciphertext")];
  assert.equal(judgeFault(["redis: canary", /ciphertext$/], said).outcome, "found");
  assert.equal(judgeFault(["mongo: canary"], said).outcome, "otherwise");
  assert.equal(judgeFault(["redis: canary"], []).outcome, "missed");
  assert.equal(judgeFault(["redis: canary"], said.slice(0, 1), new Set(["canary"])).outcome, "missed");
  assert.equal(judgeFault(["redis: canary"], said, new Set(["canary"])).outcome, "otherwise");
});

test("what several checks say is silenced only when all of them are", () => {
  const said = [say(["manifest: sizes", "manifest: times"], "m")];
  assert.equal(silence(said, new Set(["manifest: sizes"])).length, 1);
  assert.equal(silence(said, new Set(["manifest: sizes", "manifest: times"])).length, 0);
});
