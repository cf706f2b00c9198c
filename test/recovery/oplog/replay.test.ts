import assert from "node:assert/strict";
import { test } from "node:test";
import { Timestamp } from "mongodb";
import { mongoOplog } from "../../../catalog/mongo/oplog.ts";
import type { OplogEntry } from "../../../catalog/oplog/oplog.ts";
import { comparePositions, type Position } from "../../../catalog/oplog/position.ts";
import { exitCodes } from "../../../contract/exit-codes.ts";
import { replayOplog, type ReplayPorts } from "../../../recovery/oplog/replay.ts";
import { headerLine } from "../../../recovery/oplog/slice.ts";
import { tailOnce } from "../../../recovery/oplog/tail.ts";
import { entry, insert, key, noon, noop, parse, tailFixture } from "./oplog-fixture.ts";

const base = { t: noon - 9, i: 1 };
const begin = insert(base.t, base.i, "before");
const drop = (t: number, i: number) => entry({ t, i }, "c", { drop: "orders" });
const part = (t: number, i: number, more: Record<string, unknown>, before: Position | null) =>
  entry(
    { t, i },
    "c",
    { applyOps: [], ...more },
    {
      ns: "admin.$cmd",
      lsid: { id: "s" },
      txnNumber: 1,
      prevOpTime: { ts: tsOf(before ?? { t: 0, i: 0 }) },
    },
  );

function tsOf(position: Position): Timestamp {
  return new Timestamp(position);
}

/** Ships each group as a slice, and gives what a replay works with. */
async function shipped(groups: readonly (readonly OplogEntry[])[], held: readonly OplogEntry[] = [begin]) {
  const { oplog, bucket, host, ports } = tailFixture([begin]);
  await tailOnce(ports);
  for (const group of groups) {
    oplog.entries.push(...group);
    host.seconds = (group.at(-1)?.position.t ?? noon) + 2;
    await tailOnce(ports);
  }
  host.seconds += 61;
  await tailOnce(ports);
  const replayed: OplogEntry[] = [];
  const files: Buffer[] = [];
  const replay: ReplayPorts = {
    bucket,
    key,
    parse,
    takes: (one) => mongoOplog.takes(one),
    list: () => Promise.resolve(bucket.names()),
    store: {
      position: (before) =>
        Promise.resolve(
          held.filter(({ position }) => comparePositions(position, before) < 0).at(-1)?.position ?? null,
        ),
      has: (position) => Promise.resolve(held.some((one) => comparePositions(one.position, position) === 0)),
      tool: () => Promise.resolve(null),
      apply: async () => {
        replayed.push(...(await parse(Buffer.concat(files))));
        return { inserts: replayed.length, updates: 0, deletes: 0, commands: 0 };
      },
    },
    append: (bytes) => {
      files.push(bytes);
      return Promise.resolve();
    },
    file: "/nowhere",
    discard: () => {
      files.length = 0;
      return Promise.resolve();
    },
    runTool: () => Promise.reject(new Error("no tool here")),
    say: () => undefined,
    interrupted: new AbortController().signal,
  };
  const to = (before: Position, more: Partial<ReplayPorts> = {}) =>
    replayOplog({ lineage: "l1", generation: 1, from: base, before }, { ...replay, ...more });
  const told = () => replayed.map(({ position: { t, i } }) => `${t - noon}:${i}`);
  return { bucket, replay, to, told };
}

test("a replay takes what came after the point, up to just before a drop", async () => {
  const { to, told } = await shipped([
    [insert(noon, 1, "a"), noop(noon + 1)],
    [insert(noon + 2, 1, "b"), drop(noon + 2, 2), insert(noon + 2, 3, "c")],
  ]);
  const result = await to({ t: noon + 2, i: 2 });
  assert.deepEqual(told(), ["0:1", "2:1"]);
  assert.deepEqual([result.last, result.entries], [{ t: noon + 2, i: 1 }, 3]);
});

test("what the store's own files hold already is not replayed", async () => {
  const a = insert(noon, 1, "a");
  const { to, told } = await shipped([[a, insert(noon + 2, 1, "b")]], [begin, a]);
  await to({ t: noon + 9, i: 0 });
  assert.deepEqual(told(), ["2:1"]);
});

test("users, and what is of one node alone, are left out; a transaction is not", async () => {
  const { to, told } = await shipped([
    [
      entry({ t: noon, i: 1 }, "u", { $set: { pwd: "x" } }, { ns: "admin.system.users", o2: { _id: "app" } }),
      entry({ t: noon, i: 2 }, "i", { _id: 1 }, { ns: "config.transactions" }),
      entry({ t: noon, i: 3 }, "i", { _id: 1 }, { ns: "recovery.canary" }),
      part(noon, 4, {}, null),
    ],
  ]);
  await to({ t: noon + 9, i: 0 });
  assert.deepEqual(told(), ["0:4"]);
});

test("a transaction that began before what the store holds is replayed from its first part", async () => {
  const first = part(noon, 1, { partialTxn: true }, null);
  const second = insert(noon, 2, "other");
  const { to, told } = await shipped(
    [[first, second], [part(noon + 1, 1, {}, { t: noon, i: 1 })]],
    [begin, first, second],
  );
  await to({ t: noon + 9, i: 0 });
  assert.deepEqual(told(), ["0:1", "1:1"]);
});

test("of a transaction without its first parts nothing is replayed", async () => {
  const { to } = await shipped([[part(noon + 1, 1, {}, { t: noon - 600, i: 1 })]]);
  await assert.rejects(
    to({ t: noon + 9, i: 0 }),
    /the transaction that goes on at .* began before the slices that were read/,
  );
});

test("a store that went on beyond the end is not touched", async () => {
  const a = insert(noon, 1, "a");
  const b = insert(noon + 5, 1, "b");
  const { to, told } = await shipped([[a], [b]], [begin, a, b]);
  await assert.rejects(to({ t: noon + 3, i: 0 }), {
    exitCode: exitCodes.usage,
    message: /does not stand at that point: it holds what was written at 2026-12-01T04:00:05Z/,
  });
  assert.deepEqual(told(), []);
});

test("a store that is older than the point, or of another history, is not touched", async () => {
  const { to } = await shipped([[insert(noon, 1, "a")]], [insert(noon - 99, 1, "old")]);
  await assert.rejects(
    to({ t: noon + 9, i: 0 }),
    /its oplog ends at 2026-12-01T03:58:21Z .*, before the point's/,
  );
  const other = await shipped([[insert(noon, 1, "a")]], [begin, insert(noon, 7, "elsewhere")]);
  await assert.rejects(
    other.to({ t: noon + 9, i: 0 }),
    /its newest entry before the end is at .*, which no slice holds/,
  );
});

test("a slice that was altered, exchanged or taken away stops a replay before its first change", async () => {
  const groups = [[insert(noon, 1, "a")], [insert(noon + 2, 1, "b")], [insert(noon + 4, 1, "c")]];
  const end = { t: noon + 9, i: 0 };
  const stopped = async (
    spoil: (keys: string[], objects: Map<string, Buffer<ArrayBuffer>>) => void,
    words: RegExp,
  ) => {
    const { bucket, replay, to, told } = await shipped(groups);
    const names = bucket.names();
    spoil([...bucket.objects.keys()], bucket.objects);
    await assert.rejects(to(end, { ...replay, list: () => Promise.resolve(names) }), {
      exitCode: exitCodes.repositoryDamaged,
      message: words,
    });
    assert.deepEqual(told(), []);
  };
  await stopped((keys, objects) => {
    const object = objects.get(keys[2] ?? "") ?? Buffer.alloc(0);
    object[object.length - 1] = (object.at(-1) ?? 0) ^ 1;
  }, /does not open with the repository's key, or was altered/);
  await stopped((keys, objects) => {
    const object = objects.get(keys[2] ?? "") ?? Buffer.alloc(0);
    const edited = object.toString("latin1").replace(/"until":\d/, '"until":2');
    objects.set(keys[2] ?? "", Buffer.from(edited, "latin1"));
  }, /does not open with the repository's key, or was altered/);
  await stopped((keys, objects) => {
    objects.set(keys[2] ?? "", objects.get(keys[1] ?? "") ?? Buffer.alloc(0));
  }, /is another one than its name says/);
  await stopped((keys, objects) => objects.delete(keys[2] ?? ""), /is not there any more/);
});

test("slices of two chains under names that fit are told apart by their whole digests", async () => {
  const one = await shipped([[insert(noon, 1, "a")], [insert(noon + 2, 1, "b")]]);
  const two = await shipped([[insert(noon, 1, "other")], [insert(noon + 2, 1, "b")]]);
  const [a, , c] = [...one.bucket.names()];
  const foreign = two.bucket.names()[2];
  assert.ok(a && c && foreign);
  const names = [...one.bucket.names().slice(0, 2), { ...foreign, previous: c.previous }];
  one.bucket.objects.set(foreign.key, two.bucket.objects.get(foreign.key) ?? Buffer.alloc(0));
  await assert.rejects(
    one.to({ t: noon + 3, i: 0 }, { list: () => Promise.resolve(names) }),
    /does not follow the one before it/,
  );
});

test("a replay that breaks off says what the store is then, and what to do", async () => {
  const { replay, to } = await shipped([[insert(noon, 1, "a")]]);
  const store = { ...replay.store, apply: () => Promise.reject(new Error("connection lost")) };
  await assert.rejects(
    to({ t: noon + 9, i: 0 }, { store }),
    /^RecoveryError: The replay ended early: connection lost\. The store stands in between: restore its point again/,
  );
});

test("a header is one line, whatever is in it", () => {
  const header = {
    version: 1,
    lineage: "l\n1",
    generation: 1,
    after: base,
    first: null,
    last: base,
    lastEntry: "0".repeat(64),
    entries: 0,
    content: "0".repeat(64),
    until: 1,
    previous: null,
    gap: null,
  } as const;
  assert.equal(headerLine(header).split("\n").length, 2);
});
