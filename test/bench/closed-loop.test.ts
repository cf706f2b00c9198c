import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { loadDuring } from "../../bench/closed-loop.ts";
import { fakeCheck, FakeEdge } from "../recovery/business/fake-edge.ts";

test("each customer has one order under way, and only acknowledged ones count", async () => {
  const edge = await new FakeEdge().open();
  let underWay = 0;
  let most = 0;
  let placed = 0;
  edge.place = (_request, response, order) => {
    most = Math.max(most, ++underWay);
    setTimeout(() => {
      underWay -= 1;
      if (++placed % 4 === 0) edge.reply(response, 503, { error: "busy" });
      else edge.accept(response, order);
    }, 10);
  };
  const { load, result } = await loadDuring({ edge: edge.target, check: fakeCheck, customers: 3 }, 0.3, () =>
    wait(20, "done"),
  );
  await edge.close();
  assert.equal(result, "done");
  assert.equal(most, 3);
  assert.equal(load.acknowledged, edge.orders.size);
  assert.equal(load.acknowledged + load.notAcknowledged, placed);
  assert.ok(load.notAcknowledged > 0 && load.seconds >= 0.3 && load.p50Ms >= 9 && load.maxMs >= load.p99Ms);
});

test("the load ends with the work that fails, and its error is told", async () => {
  const edge = await new FakeEdge().open();
  const failing = loadDuring({ edge: edge.target, check: fakeCheck, customers: 2 }, 30, async () => {
    await wait(50);
    throw new Error("no space left");
  });
  await assert.rejects(failing, { message: "no space left" });
  const after = edge.orders.size;
  await wait(50);
  assert.equal(edge.orders.size, after);
  await edge.close();
});

test("an edge that acknowledges nothing has no figures", async () => {
  const edge = await new FakeEdge().open();
  edge.place = (_request, response) => {
    edge.reply(response, 503, { error: "closed" });
  };
  const closed = loadDuring({ edge: edge.target, check: fakeCheck, customers: 1 }, 0.05, () =>
    Promise.resolve(),
  );
  await assert.rejects(
    closed,
    /^Error: bench: none of \d+ orders was acknowledged: see `\.\/kaleem status`\.$/,
  );
  await edge.close();
});
