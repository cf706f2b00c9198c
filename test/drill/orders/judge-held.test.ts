import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeHeld } from "../../../drill/orders/judge-held.ts";
import type { HeldRecords } from "../../../recovery/agent/commands/orders.ts";

const digest = (seq: number): string => String(seq).repeat(64);
const ledger = {
  entries: [1, 2, 3].map((seq) => ({
    seq,
    id: `o${seq}`,
    digest: digest(seq),
    acknowledgedAt: `2026-11-20T03:${seq < 3 ? "09" : "11"}:0${seq}.000Z`,
  })),
  clockOffsetMs: 0,
  clockErrorMs: 0,
};
const instant = "2026-11-20T03:10:00.000Z";
const held = (...seqs: number[]) => ({
  held: Object.fromEntries(seqs.map((seq) => [`o${seq}`, digest(seq)])),
});
const good: HeldRecords = {
  stores: { mongo: held(1, 2), redis: held(1, 2), minio: held(1), rabbitmq: held(2) },
};
const judge = (spoiled: HeldRecords["stores"] = {}) =>
  judgeHeld({ stores: { ...good.stores, ...spoiled } }, instant, ledger);

test("each store has what was acknowledged before the point, or the one that it went to; what came later is counted", () => {
  const { causes, losses, spread } = judge();
  assert.deepEqual(causes, []);
  assert.deepEqual(
    losses.map(({ store, lost }) => [store, lost]),
    [["mongo", 1], ["redis", 1], ["minio", 1], ["rabbitmq", 1]],
  ); // prettier-ignore
  assert.equal(spread?.seconds, 0);
});

test("an order that is missing in one store alone, one that is altered, and a store that gives no answer are named", () => {
  assert.deepEqual(judge({ redis: held(1) }).causes, [
    "redis: orders: of 2 acknowledged before the instant, missing: order 2 (o2)",
  ]);
  assert.deepEqual(judge({ mongo: { held: { o1: digest(1), o2: digest(9) } } }).causes, [
    "mongo: orders: of 2 acknowledged before the instant, altered: order 2 (o2)",
  ]);
  assert.deepEqual(judge({ mongo: { why: "it does not answer" } }).causes, [
    "mongo: orders: could not be checked: it does not answer",
  ]);
  assert.deepEqual(judge({ rabbitmq: held() }).causes, [
    "minio: orders: of 2 acknowledged before the instant, missing here and in rabbitmq: order 2 (o2)",
    "rabbitmq: orders: of 2 acknowledged before the instant, missing here and in minio: order 2 (o2)",
  ]);
});
