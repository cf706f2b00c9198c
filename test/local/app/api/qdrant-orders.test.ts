import assert from "node:assert/strict";
import { test } from "node:test";
import { QdrantOrders } from "../../../../local/app/api/qdrant-orders.ts";
import { makeOrder } from "../../../../local/app/order.ts";
import { deadUrl, withLoopback, type FakeAnswer } from "../loopback.ts";

const order = makeOrder({ customer: "ada", item: "tea", quantity: 1 });
const completed = { status: 200, body: '{"result":{"operation_id":1,"status":"completed"},"status":"ok"}' };
const talk = <T>(answer: FakeAnswer, work: (qdrant: QdrantOrders) => Promise<T>) =>
  withLoopback(
    () => answer,
    async (url, seen) => ({ result: await work(new QdrantOrders({ url, apiKey: "k3y" })), seen }),
  );

test("writes the order as a point's payload under its id, with the API key, and waits until it is applied", async () => {
  const { seen } = await talk(completed, (qdrant) => qdrant.upsert(order, [0.6, 0.8]));
  const [request] = seen;
  assert.deepEqual([request?.method, request?.url], ["PUT", "/collections/orders/points?wait=true"]);
  assert.equal(request?.headers["api-key"], "k3y");
  assert.deepEqual(JSON.parse(String(seen[0]?.body)), {
    points: [{ id: order.id, vector: [0.6, 0.8], payload: order }],
  });
});

for (const [title, answer, kind, message] of [
  [
    "a wrong key",
    { status: 401, body: "Must provide an API key" },
    "refused",
    /^qdrant refuses the API key$/,
  ],
  ["a right it has not", { status: 403 }, "refused", /^qdrant refuses the API key$/],
  ["a missing collection", { status: 404, body: "no" }, "failed", /^qdrant answered with an error: 404 no$/],
  [
    "a write that is only noted",
    { status: 200, body: '{"result":{"status":"acknowledged"}}' },
    "failed",
    /^qdrant took the order without completing it: 200 /,
  ],
] as const) {
  test(`does not take ${title} for success`, async () => {
    await talk(answer, (qdrant) =>
      assert.rejects(qdrant.upsert(order, [1]), { store: "qdrant", kind, message }),
    );
  });
}

test("is away when nobody listens, and when no answer comes in time", async () => {
  const nobody = new QdrantOrders({ url: await deadUrl(), apiKey: "k3y" });
  await assert.rejects(nobody.upsert(order, [1]), {
    kind: "away",
    message: /^qdrant cannot be reached: .*ECONNREFUSED/,
  });
  const slow = { status: 200, afterMs: 1500 };
  await talk(slow, (qdrant) =>
    assert.rejects(qdrant.probe(), { kind: "away", message: "qdrant gave no answer within 1000 ms" }),
  );
});

const described = (size: number) => ({
  status: 200,
  body: JSON.stringify({ result: { config: { params: { vectors: { size, distance: "Cosine" } } } } }),
});

test("is ready when the collection is there; makes it where there is none, and refuses another's", async () => {
  const { seen } = await talk(described(64), (qdrant) => qdrant.probe());
  assert.deepEqual([seen[0]?.method, seen[0]?.url], ["GET", "/collections/orders"]);
  await talk(described(3), (qdrant) =>
    assert.rejects(qdrant.probe(), { message: /vectors of size 3 with Cosine, not 64 with Cosine/ }),
  );
  const made = await withLoopback(
    ({ method }) => ({ status: method === "GET" ? 404 : 200 }),
    async (url, asked) => {
      await new QdrantOrders({ url, apiKey: "k3y" }).probe();
      return asked;
    },
  );
  assert.deepEqual(
    made.map(({ method, url }) => `${method} ${url}`),
    ["GET /collections/orders", "PUT /collections/orders"],
  );
});
