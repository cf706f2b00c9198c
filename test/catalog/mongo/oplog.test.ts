import assert from "node:assert/strict";
import { test } from "node:test";
import { BSON, Double, Int32, Long, ObjectId, Timestamp } from "mongodb";
import { ReplayPlan, type ReplayAction } from "../../../catalog/mongo/oplog-actions.ts";
import { applyDiff } from "../../../catalog/mongo/oplog-diff.ts";
import { parseEntry, readDocument, splitDocuments } from "../../../catalog/mongo/oplog-entry.ts";
import { replayTool } from "../../../catalog/mongo/oplog.ts";

const document = (op: string, o: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  Buffer.from(
    BSON.serialize({
      op,
      ns: op === "c" ? "kaleem.$cmd" : "kaleem.orders",
      ts: new Timestamp({ t: 5, i: 2 }),
      o,
      ...more,
    }),
  );
const plan = (...documents: readonly Buffer[]): ReplayAction[] => {
  const made = new ReplayPlan(BSON);
  return documents.flatMap((bytes) => made.actions(readDocument(BSON, bytes)));
};
const at = { database: "kaleem", collection: "orders" };
const plain = (value: unknown): unknown => BSON.EJSON.parse(BSON.EJSON.stringify(value), { relaxed: true });
const planned = (...documents: readonly Buffer[]) => plain(plan(...documents));

test("inserts, updates and deletes become changes that may be made again", () => {
  assert.deepEqual(planned(document("i", { _id: 1, a: 2 })), [
    { do: "put", ...at, document: { _id: 1, a: 2 } },
  ]);
  const o2 = { o2: { _id: 1 } };
  assert.deepEqual(planned(document("u", { _id: 1, a: 3 }, o2)), [
    { do: "replace", ...at, filter: { _id: 1 }, document: { _id: 1, a: 3 } },
  ]);
  assert.deepEqual(planned(document("u", { $v: 1, $set: { _id: 1, a: 4 }, $unset: { b: true } }, o2)), [
    { do: "update", ...at, filter: { _id: 1 }, update: { $set: { a: 4 }, $unset: { b: true } } },
  ]);
  assert.deepEqual(planned(document("u", { $v: 2, diff: { u: { a: 5 } } }, o2)), [
    { do: "diff", ...at, filter: { _id: 1 }, diff: { u: { a: 5 } } },
  ]);
  assert.deepEqual(planned(document("d", { _id: 1 })), [{ do: "delete", ...at, filter: { _id: 1 } }]);
  assert.deepEqual(planned(document("n", { msg: "periodic noop" })), []);
});

test("numbers keep their types on the way through", () => {
  const id = new ObjectId();
  const [action] = plan(
    document("i", { _id: id, whole: new Double(2), long: Long.fromNumber(3), int: new Int32(4) }),
  );
  assert.ok(action?.do === "put");
  assert.deepEqual(
    BSON.serialize(action.document),
    BSON.serialize({ _id: id, whole: new Double(2), long: Long.fromNumber(3), int: new Int32(4) }),
  );
});

test("a difference sets, adds and takes away, within documents and lists", () => {
  const before = { _id: 1, a: 1, b: 2, deep: { x: 1, y: 2 }, list: [1, { z: 1 }, 3, 4] };
  const diff = {
    d: { b: false },
    u: { a: 9 },
    i: { c: 3 },
    sdeep: { d: { x: false }, i: { w: 0 } },
    slist: { a: true, l: 3, u0: 7, s1: { u: { z: 2 } } },
  };
  assert.deepEqual(applyDiff(before, diff), {
    _id: 1,
    a: 9,
    c: 3,
    deep: { y: 2, w: 0 },
    list: [7, { z: 2 }, 3],
  });
  assert.deepEqual(applyDiff({ list: [1] }, { slist: { a: true, u2: 3 } }), { list: [1, null, 3] });
});

test("a difference of what is not there any more changes nothing, and one that is not understood is refused", () => {
  assert.deepEqual(applyDiff({ a: 1 }, { sgone: { u: { x: 1 } }, sa: { u: { x: 1 } } }), { a: 1 });
  assert.throws(() => applyDiff({ a: 1 }, { z: {} }), /a part "z", which is unknown/);
  assert.throws(() => applyDiff({ l: [] }, { sl: { a: true, q0: 1 } }), /a part "q0", which is unknown/);
});

test("what changes collections and indexes becomes a command", () => {
  const run = (o: Record<string, unknown>) => {
    const [action] = planned(document("c", o)) as ReplayAction[];
    return action?.do === "command" ? [action.database, action.command] : action;
  };
  assert.deepEqual(run({ create: "orders", capped: true, size: 9, idIndex: { v: 2 } }), [
    "kaleem",
    { create: "orders", capped: true, size: 9 },
  ]);
  assert.deepEqual(run({ drop: "orders" }), ["kaleem", { drop: "orders" }]);
  assert.deepEqual(run({ dropDatabase: 1 }), ["kaleem", { dropDatabase: 1 }]);
  assert.deepEqual(
    run({ renameCollection: "kaleem.a", to: "kaleem.b", stayTemp: false, dropTarget: false }),
    ["admin", { renameCollection: "kaleem.a", to: "kaleem.b", dropTarget: false }],
  );
  const index = { v: 2, key: { a: 1 }, name: "a_1" };
  assert.deepEqual(run({ createIndexes: "orders", ...index }), [
    "kaleem",
    { createIndexes: "orders", indexes: [index] },
  ]);
  assert.deepEqual(run({ commitIndexBuild: "orders", indexBuildUUID: 1, indexes: [index] }), [
    "kaleem",
    { createIndexes: "orders", indexes: [index] },
  ]);
  assert.deepEqual(run({ dropIndexes: "orders", index: "a_1" }), [
    "kaleem",
    { dropIndexes: "orders", index: "a_1" },
  ]);
  assert.deepEqual(run({ collMod: "orders", validator: {} }), [
    "kaleem",
    { collMod: "orders", validator: {} },
  ]);
  assert.deepEqual(planned(document("c", { startIndexBuild: "orders" })), []);
});

test("an entry that is not understood stops a replay, and says where", () => {
  assert.throws(
    () => plan(document("c", { newInVersion99: 1 })),
    /^Error: the entry at 5:2: its command newInVersion99 is unknown/,
  );
  assert.throws(() => plan(document("z", {})), /its operation "z" is unknown/);
  assert.throws(
    () => plan(document("u", { $inc: { a: 1 } }, { o2: { _id: 1 } })),
    /it is an update by \$inc, which is unknown/,
  );
  assert.throws(() => plan(document("d", {})), /it does not say which document it changes/);
});

const session = { lsid: { id: 1 }, txnNumber: Long.fromNumber(7), ns: "admin.$cmd" };
const inner = (id: number) => ({ op: "i", ns: "kaleem.orders", o: { _id: id } });
const ids = (actions: readonly ReplayAction[]) =>
  actions.map((one) => (one.do === "put" ? Number(one.document["_id"]) : one.do));

test("a transaction is made by its last part, and not at all when it was not committed", () => {
  const first = document("c", { applyOps: [inner(1)], partialTxn: true }, session);
  const second = document("c", { applyOps: [inner(2)], count: 2 }, session);
  assert.deepEqual(ids(plan(first)), []);
  assert.deepEqual(ids(plan(first, document("i", { _id: 9 }), second)), [9, 1, 2]);
  const prepared = document("c", { applyOps: [inner(1)], prepare: true }, session);
  assert.deepEqual(ids(plan(prepared)), []);
  assert.deepEqual(ids(plan(prepared, document("c", { commitTransaction: 1 }, session))), [1]);
  assert.deepEqual(ids(plan(prepared, document("c", { abortTransaction: 1 }, session))), []);
});

test("applyOps without a transaction is made at once, nested ones too, and other databases stay out of it", () => {
  const nested = {
    op: "c",
    ns: "admin.$cmd",
    o: { applyOps: [inner(2), { op: "i", ns: "admin.system.users", o: { _id: 3 } }] },
  };
  assert.deepEqual(ids(plan(document("c", { applyOps: [inner(1), nested] }))), [1, 2]);
  const vectored = { ...session, multiOpType: 1 };
  assert.deepEqual(ids(plan(document("c", { applyOps: [inner(1)] }, vectored))), [1]);
});

test("an entry says what it is about", () => {
  const entry = parseEntry(BSON, document("c", { drop: "orders" }));
  assert.deepEqual(
    [entry.position, entry.kind, entry.command],
    [{ t: 5, i: 2 }, "command", { name: "drop", on: "kaleem.orders" }],
  );
  assert.throws(() => parseEntry(BSON, Buffer.from(BSON.serialize({ a: 1 }))), /no entry of an oplog/);
});

test("bytes that are no documents are refused", () => {
  assert.equal(splitDocuments(Buffer.concat([document("n", {}), document("n", {})])).length, 2);
  assert.throws(() => splitDocuments(document("n", {}).subarray(1)), /is damaged at byte 0/);
  assert.throws(() => splitDocuments(Buffer.from([9, 0])), /is damaged at byte 0/);
});

test("mongorestore replays nothing but entries, and its password is in no argument", () => {
  const { argv, firstLine } = replayTool({ "restore-password": 'p@ss"w' });
  assert.deepEqual(argv.slice(4), [
    "--host=127.0.0.1",
    "--port=27017",
    "--username=restore",
    "--authenticationDatabase=admin",
    "--oplogReplay",
    "--oplogFile=/dev/stdin",
  ]);
  assert.equal(firstLine, 'password: "p@ss\\"w"');
  assert.doesNotMatch(argv.join(" "), /p@ss/);
});
