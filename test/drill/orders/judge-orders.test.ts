import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../../../recovery/restore/verify/evidence.ts";
import { judgeOrders, type Ledger } from "../../../drill/orders/judge-orders.ts";

const instant = "2026-11-20T03:00:05.500Z";
const digestOf = (n: number) => String(n).repeat(64);
/** Orders 1 to 8, one a second; 1 to 5 were acknowledged before the instant. */
const ledger: Ledger = {
  entries: Array.from({ length: 8 }, (_, index) => ({
    seq: index + 1,
    id: `o${index + 1}`,
    digest: digestOf(index + 1),
    acknowledgedAt: `2026-11-20T03:00:0${index + 1}.000Z`,
  })),
  clockOffsetMs: 0,
  clockErrorMs: 0,
};
type Held = Answer<ReadonlyMap<string, string>>;
const holding = (...numbers: readonly number[]): Held => ({
  value: new Map(numbers.map((n) => [`o${n}`, digestOf(n)])),
});
const altered = (n: number): Held => ({ value: new Map([[`o${n}`, "f".repeat(64)]]) });
const unasked: Held = { why: "timed out" };

/** Objects, whose orders may be in a queue instead. */
const judge = (own: Held, queue?: Held) =>
  judgeOrders(
    {
      store: "minio",
      own,
      ...(queue === undefined ? {} : { elsewhere: { store: "rabbitmq", held: queue } }),
    },
    instant,
    ledger,
  );

test("an order is kept when it is here, in the queue instead, or in both, and the sentence says how many are where", () => {
  const { result, sentence, loss } = judge(holding(1, 2, 3), holding(3, 4, 5));
  assert.equal(result, "ok");
  assert.equal(
    sentence,
    "all 5 acknowledged before the instant are there, unaltered: 2 here, 2 in rabbitmq, 1 in both; 3 later ones are lost",
  );
  assert.deepEqual(loss, {
    store: "minio",
    lost: 3,
    seconds: 2,
    newestOrderAt: "2026-11-20T03:00:05.000Z",
  });
});

test("all of them may be in the queue only, or here only", () => {
  assert.match(
    judge(holding(), holding(1, 2, 3, 4, 5)).sentence,
    /unaltered: 0 here, 5 in rabbitmq; 3 later/,
  );
  assert.match(
    judge(holding(1, 2, 3, 4, 5), holding()).sentence,
    /unaltered: 5 here, 0 in rabbitmq; 3 later/,
  );
});

test("one that is in neither is missing, and named", () => {
  const { result, sentence, loss } = judge(holding(1, 2), holding(4, 5));
  assert.equal(result, "failed");
  assert.equal(sentence, "of 5 acknowledged before the instant, missing here and in rabbitmq: order 3 (o3)");
  assert.equal(loss?.lost, 4);
});

test("an altered object is altered, though the queue still has the order as it was", () => {
  const own = altered(2);
  const { result, sentence } = judge(own, holding(1, 2, 3, 4, 5));
  assert.equal(result, "failed");
  assert.equal(sentence, "of 5 acknowledged before the instant, altered: order 2 (o2)");
});

test("an altered message does not stand for the object that was never made of it", () => {
  const { sentence } = judge(holding(1, 3, 4, 5), altered(2));
  assert.equal(sentence, "of 5 acknowledged before the instant, altered: order 2 (o2)");
});

test("later orders that survived anywhere are not lost, and count as the newest", () => {
  const { loss } = judge(holding(1, 2, 3, 4, 5, 6), holding(7));
  assert.deepEqual([loss?.lost, loss?.newestOrderAt], [1, "2026-11-20T03:00:07.000Z"]);
});

test("the queue need not answer when every order is here", () => {
  assert.equal(judge(holding(1, 2, 3, 4, 5), unasked).result, "ok");
});

test("a queue that does not answer for what is not here proves nothing", () => {
  const { result, sentence, loss } = judge(holding(1, 2, 3), unasked);
  assert.deepEqual([result, loss], ["not-made", null]);
  assert.equal(
    sentence,
    "could not be checked: 2 of 5 are not here, and rabbitmq, where they may be instead, gave no answer: timed out",
  );
});

test("a store without another has to hold every order itself", () => {
  assert.equal(
    judge(holding(1, 2, 3, 4, 5)).sentence,
    "all 5 acknowledged before the instant are there, unaltered; 3 later ones are lost",
  );
  assert.equal(
    judge(holding(1, 2, 3, 4)).sentence,
    "of 5 acknowledged before the instant, missing: order 5 (o5)",
  );
});

test("a store that lost every order has no newest one", () => {
  assert.equal(judge(holding(), holding()).loss?.newestOrderAt, null);
});
