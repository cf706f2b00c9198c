import assert from "node:assert/strict";
import { test } from "node:test";
import { waitForGoodWrite } from "../../../recovery/business/first-good-write.ts";
import { fakeCheck, FakeEdge } from "./fake-edge.ts";

const soon = (ms: number) => new Date(Date.now() + ms);

test("returns when the first write is acknowledged and read back, not when the edge first answers", async () => {
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
  const { at, id, tries } = await waitForGoodWrite(edge.target, fakeCheck, soon(10_000));
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
    /^http:\/\/127\.0\.0\.1:\d+: no write was acknowledged and read back by .*Z; the last try: 503: \{"error":"closed"\}$/,
  ],
  [
    "writes that cannot be read back",
    (edge) => {
      edge.place = (_request, response, order) => {
        edge.reply(response, 201, order);
      };
    },
    /the last try: .* was acknowledged, but reading it back \(stored\) gave 404$/,
  ],
  [
    "writes that are read back altered",
    (edge) => {
      edge.place = (_request, response, order) => {
        edge.reply(response, 201, order);
        edge.orders.set(order.id, { ...order, customer: "someone else" });
      };
    },
    /the last try: .* was read back altered \(stored\): \$ is not what was acknowledged$/,
  ],
];
for (const [title, spoil, message] of faults) {
  test(`does not take ${title} for the end of the outage`, async () => {
    const edge = await new FakeEdge().open();
    spoil(edge);
    await assert.rejects(waitForGoodWrite(edge.target, fakeCheck, soon(600)), {
      name: "NoGoodWrite",
      message,
    });
    await edge.close();
  });
}

test("says when the edge cannot be reached at all", async () => {
  const edge = await new FakeEdge().open();
  await edge.close();
  await assert.rejects(waitForGoodWrite(edge.target, fakeCheck, soon(300)), /the last try: .*ECONNREFUSED/);
});
