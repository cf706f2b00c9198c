import assert from "node:assert/strict";
import { test } from "node:test";
import { waitForGoodOrder } from "../../../recovery/orders/first-good-order.ts";
import { FakeEdge } from "../../drill/fake-edge.ts";

const soon = (ms: number) => new Date(Date.now() + ms);

test("returns when the first order is acknowledged and read back, not when the edge first answers", async () => {
  const edge = new FakeEdge();
  await edge.open();
  await edge.close();
  const started = Date.now();
  let healthyFrom = Number.POSITIVE_INFINITY;
  edge.place = (_request, response, order) => {
    if (Date.now() < healthyFrom) edge.reply(response, 503, { error: "closed" });
    else edge.accept(response, order);
  };
  setTimeout(() => {
    healthyFrom = Date.now() + 400;
    void edge.open();
  }, 300);
  const { at, id, tries } = await waitForGoodOrder(edge.target, soon(10_000));
  await edge.close();
  assert.ok(at.getTime() >= healthyFrom && at.getTime() - started < 9_000);
  assert.ok(edge.orders.has(id));
  assert.ok(tries >= 3);
});

const faults: readonly [title: string, spoil: (edge: FakeEdge) => void, message: RegExp][] = [
  [
    "an edge that says no",
    (edge) => {
      edge.place = (_request, response) => {
        edge.reply(response, 503, { error: "closed" });
      };
    },
    /^http:\/\/127\.0\.0\.1:\d+: no order was acknowledged and read back by .*Z; the last try: 503: \{"error":"closed"\}$/,
  ],
  [
    "orders that cannot be read back",
    (edge) => {
      edge.place = (_request, response, order) => {
        edge.reply(response, 201, order);
      };
    },
    /the last try: order .* was acknowledged, but reading it back gave 404$/,
  ],
  [
    "orders that are read back altered",
    (edge) => {
      edge.place = (_request, response, order) => {
        edge.reply(response, 201, order);
        edge.orders.set(order.id, { ...order, customer: "someone else" });
      };
    },
    /the last try: order .* was read back altered$/,
  ],
];
for (const [title, spoil, message] of faults) {
  test(`does not take ${title} for the end of the outage`, async () => {
    const edge = await new FakeEdge().open();
    spoil(edge);
    await assert.rejects(waitForGoodOrder(edge.target, soon(600)), { name: "NoGoodOrder", message });
    await edge.close();
  });
}

test("says when the edge cannot be reached at all", async () => {
  const edge = await new FakeEdge().open();
  await edge.close();
  await assert.rejects(waitForGoodOrder(edge.target, soon(300)), /the last try: .*ECONNREFUSED/);
});
