import assert from "node:assert/strict";
import { test } from "node:test";
import { assessLoss } from "../../../drill/orders/loss.ts";
import type { LossInput } from "../../../drill/orders/loss.ts";

const start = Date.parse("2026-11-20T03:00:00Z");
/** One order a second; order n is acknowledged n seconds after the start. */
const ledger = Array.from({ length: 10 }, (_, index) => ({
  seq: index + 1,
  id: `order-${index + 1}`,
  digest: `digest-${index + 1}`,
  acknowledgedAt: new Date(start + (index + 1) * 1000).toISOString(),
}));
const second = (n: number) => new Date(start + n * 1000);

/** A store that holds the first n orders. */
const holding = (n: number, change: Record<string, string> = {}) =>
  new Map(
    Object.entries({
      ...Object.fromEntries(ledger.slice(0, n).map(({ id, digest }) => [id, digest])),
      ...change,
    }),
  );

/** Point at 5.5 s, loss at 8.2 s; both stores came back with what the point held. */
const sound: LossInput = {
  ledger,
  restored: { mongo: holding(5), redis: holding(5) },
  instant: second(5.5),
  lostAt: second(8.2),
};

test("keeps its promise when all that was acknowledged before the instant is there", () => {
  assert.deepEqual(assessLoss(sound), {
    verdict: "kept",
    acknowledgedBefore: 5,
    missingBefore: [],
    alteredBefore: [],
    acknowledgedAfter: 3,
    lostAfter: 3,
    inDoubt: 0,
    acknowledgedSince: 2,
    rpoSeconds: 2.7,
    lostSpanSeconds: 2.2,
    perStore: {
      mongo: { missingBefore: 0, alteredBefore: 0, lostAfter: 3 },
      redis: { missingBefore: 0, alteredBefore: 0, lostAfter: 3 },
    },
  });
});

test("an order that one store lacks is lost, and the store is named", () => {
  const mongo = holding(5);
  mongo.delete("order-2");
  const loss = assessLoss({ ...sound, restored: { mongo, redis: holding(5) } });
  assert.equal(loss.verdict, "lost");
  assert.deepEqual(
    loss.missingBefore.map(({ store, entry }) => [store, entry.seq]),
    [["mongo", 2]],
  );
  assert.deepEqual(loss.perStore["redis"], { missingBefore: 0, alteredBefore: 0, lostAfter: 3 });
  assert.equal(loss.lostSpanSeconds, 6.2);
});

test("an edited order turns it red as altered, not as missing", () => {
  const loss = assessLoss({
    ...sound,
    restored: { mongo: holding(5), redis: holding(5, { "order-4": "edited" }) },
  });
  assert.equal(loss.verdict, "lost");
  assert.deepEqual(loss.missingBefore, []);
  assert.deepEqual(
    loss.alteredBefore.map(({ store, entry }) => [store, entry.seq]),
    [["redis", 4]],
  );
});

test("counts an order after the instant once, though both stores lost it, and not when both kept it", () => {
  const loss = assessLoss({ ...sound, restored: { mongo: holding(7), redis: holding(6) } });
  assert.equal(loss.verdict, "kept");
  assert.equal(loss.lostAfter, 2);
  assert.deepEqual([loss.perStore["mongo"]?.lostAfter, loss.perStore["redis"]?.lostAfter], [1, 2]);
});

test("an empty store loses everything", () => {
  const loss = assessLoss({ ...sound, restored: { mongo: new Map(), redis: holding(5) } });
  assert.equal(loss.perStore["mongo"]?.missingBefore, 5);
  assert.equal(loss.verdict, "lost");
});

test("proves nothing without a store, or without an order before the instant", () => {
  assert.equal(assessLoss({ ...sound, restored: {} }).verdict, "unproven");
  assert.equal(assessLoss({ ...sound, instant: second(0.5) }).verdict, "unproven");
  assert.equal(assessLoss({ ...sound, ledger: [] }).verdict, "unproven");
});

test("reads the instant by the writer's clock: a host ahead by 2 s took its point 2 s earlier than it says", () => {
  const ahead = assessLoss({ ...sound, instant: second(7.5), clockOffsetMs: 2000 });
  assert.deepEqual([ahead.verdict, ahead.acknowledgedBefore, ahead.rpoSeconds], ["kept", 5, 2.7]);
  const unaware = assessLoss({ ...sound, instant: second(7.5) });
  assert.deepEqual([unaware.verdict, unaware.acknowledgedBefore], ["lost", 7]);
  const behind = assessLoss({ ...sound, instant: second(3.5), clockOffsetMs: -2000 });
  assert.deepEqual([behind.verdict, behind.acknowledgedBefore], ["kept", 5]);
});

test("does not demand orders within the clocks' error of the instant, and counts them", () => {
  const loss = assessLoss({
    ...sound,
    restored: { mongo: holding(4), redis: holding(5) },
    clockErrorMs: 600,
  });
  assert.deepEqual([loss.verdict, loss.acknowledgedBefore, loss.inDoubt, loss.lostAfter], ["kept", 4, 1, 4]);
});

test("an order acknowledged at the very instant is not demanded", () => {
  const loss = assessLoss({
    ...sound,
    restored: { mongo: holding(4), redis: holding(4) },
    instant: second(5),
  });
  assert.deepEqual([loss.verdict, loss.acknowledgedBefore, loss.inDoubt], ["kept", 4, 0]);
});

test("does not depend on the ledger's order", () => {
  assert.deepEqual({ ...assessLoss({ ...sound, ledger: ledger.toReversed() }) }, { ...assessLoss(sound) });
});
