import assert from "node:assert/strict";
import { test } from "node:test";
import { orderSchema } from "../../../../local/app/order.ts";
import { StoreError } from "../../../../local/app/store-error.ts";
import type { StoreName } from "../../../../local/app/store-error.ts";
import { testServer } from "./test-server.ts";

const good = { customer: "ada", item: "tea", quantity: 2, seq: 7 };
const needed = ["embedding", "mongo", "redis", "qdrant", "rabbitmq"] as const;
const away = (store: StoreName) => new StoreError(store, "away", `${store} cannot be reached: test`);
const allOk = Object.fromEntries(needed.map((name) => [name, "ok"]));

test("acknowledges an order only once every store has it, with the vector of what was ordered", async () => {
  const { server, mongo, redis, qdrant, rabbitmq } = testServer();
  const answer = await server.inject({ method: "POST", url: "/api/orders", payload: good });
  assert.equal(answer.statusCode, 201);
  const order = orderSchema.parse(answer.json());
  assert.deepEqual({ ...order, id: "", createdAt: "" }, { ...good, id: "", createdAt: "" });
  for (const store of [mongo, redis, qdrant, rabbitmq]) assert.deepEqual(store.orders.get(order.id), order);
  assert.deepEqual(qdrant.vectors.get(order.id), ["tea ada".length, 0]);
  assert.equal(answer.headers["location"], `/api/orders/${order.id}`);
});

test("leaves seq out of an order that came without one", async () => {
  const { server } = testServer();
  const { customer, item, quantity } = good;
  const answer = await server.inject({
    method: "POST",
    url: "/api/orders",
    payload: { customer, item, quantity },
  });
  assert.equal("seq" in orderSchema.parse(answer.json()), false);
});

for (const store of needed) {
  test(`acknowledges nothing while ${store} is away, and names it`, async () => {
    const parts = testServer();
    parts[store].trouble = away(store);
    const answer = await parts.server.inject({ method: "POST", url: "/api/orders", payload: good });
    assert.equal(answer.statusCode, 503);
    assert.deepEqual(answer.json(), { error: `${store} cannot be reached: test`, store });
    const metrics = await parts.metrics.registry.metrics();
    assert.match(metrics, /kaleem_api_orders_total\{outcome="failed"\} 1/);
    assert.match(metrics, new RegExp(`kaleem_api_store_errors_total\\{store="${store}",kind="away"\\} 1`));
  });

  test(`is not ready while ${store} is away, says which, and is ready again after`, async () => {
    const parts = testServer();
    parts[store].trouble = away(store);
    const during = await parts.server.inject("/api/health");
    assert.equal(during.statusCode, 503);
    const stores = { ...allOk, [store]: `${store} cannot be reached: test` };
    assert.deepEqual(during.json(), { status: "unavailable", stores });
    parts[store].trouble = undefined;
    const after = await parts.server.inject("/api/health");
    assert.equal(after.statusCode, 200);
    assert.deepEqual(after.json(), { status: "ok", stores: allOk });
  });
}

test("writes nothing further than the store that refused", async () => {
  for (const [index, failing] of needed.entries()) {
    const parts = testServer();
    parts[failing].trouble = away(failing);
    await parts.server.inject({ method: "POST", url: "/api/orders", payload: good });
    const wrote = needed.filter((name) => parts[name].orders.size > 0);
    assert.deepEqual(wrote, needed.slice(1, Math.max(index, 1)), failing);
  }
});

const bad: readonly [title: string, payload: object, message: RegExp][] = [
  ["a missing field", { item: "tea", quantity: 1 }, /^This is not an order: customer: /],
  ["an empty name", { ...good, customer: "" }, /customer: Too small/],
  ["no quantity at all", { ...good, quantity: 0 }, /quantity: Too small: expected number to be >=1/],
  ["half a piece", { ...good, quantity: 1.5 }, /quantity: Invalid input: expected int/],
  [
    "a number in quotes",
    { ...good, quantity: "2" },
    /quantity: Invalid input: expected number, received string/,
  ],
  ["a misspelt field", { ...good, quantty: 2 }, /Unrecognized key: "quantty"/],
  ["a list", [good], /expected object, received array/],
  ["several problems, all of them", { ...good, item: "", quantity: -1 }, /item: .*; quantity: /],
];
for (const [title, payload, message] of bad) {
  test(`refuses ${title} with a sentence`, async () => {
    const { server, mongo } = testServer();
    const answer = await server.inject({ method: "POST", url: "/api/orders", payload });
    assert.equal(answer.statusCode, 400);
    assert.match(answer.json<{ error: string }>().error, message);
    assert.equal(mongo.orders.size, 0);
  });
}

test("refuses a body that is not JSON, of another type, or too large", async () => {
  const { server } = testServer();
  const post = (payload: string, type = "application/json") =>
    server.inject({ method: "POST", url: "/api/orders", payload, headers: { "content-type": type } });
  assert.equal((await post("{")).statusCode, 400);
  assert.equal((await post("a=1", "application/x-www-form-urlencoded")).statusCode, 415);
  assert.equal((await post(JSON.stringify({ ...good, customer: "x".repeat(20_000) }))).statusCode, 413);
  assert.equal((await server.inject({ method: "POST", url: "/api/orders" })).statusCode, 400);
});

test("reads from the cache first, then from the archive, refills, and says which", async () => {
  const { server, redis } = testServer();
  const placed = await server.inject({ method: "POST", url: "/api/orders", payload: good });
  const order = orderSchema.parse(placed.json());
  const read = async () => {
    const { statusCode, headers, body } = await server.inject(`/api/orders/${order.id}`);
    assert.deepEqual([statusCode, JSON.parse(body)], [200, order]);
    return headers["x-order-source"];
  };
  assert.equal(await read(), "redis");
  redis.orders.clear();
  assert.equal(await read(), "mongo");
  assert.equal(await read(), "redis");
});

test("serves an archived order while the cache is away, and reports it", async () => {
  const { server, redis, troubles } = testServer();
  const placed = await server.inject({ method: "POST", url: "/api/orders", payload: good });
  redis.trouble = away("redis");
  const answer = await server.inject(`/api/orders/${orderSchema.parse(placed.json()).id}`);
  assert.deepEqual([answer.statusCode, answer.headers["x-order-source"]], [200, "mongo"]);
  assert.equal(troubles.length, 2);
});

test("answers 404 for an unknown id and for what is no id, without asking the stores for the latter", async () => {
  const { server, mongo } = testServer();
  const unknown = await server.inject("/api/orders/00000000-0000-4000-8000-000000000000");
  assert.deepEqual([unknown.statusCode, unknown.json()], [404, { error: "There is no order with this id." }]);
  mongo.trouble = away("mongo");
  assert.equal((await server.inject("/api/orders/..%2Fhealth")).statusCode, 404);
  assert.equal(
    (await server.inject("/api/nothing?x=1")).json<{ error: string }>().error,
    "There is nothing at GET /api/nothing.",
  );
});

test("answers 500 without details for what nobody foresaw, and logs them", async () => {
  const { server, mongo, lines } = testServer();
  mongo.trouble = new TypeError("internal detail");
  const answer = await server.inject({ method: "POST", url: "/api/orders", payload: good });
  assert.equal(answer.statusCode, 500);
  assert.doesNotMatch(answer.body, /internal detail/);
  assert.match(lines.join(""), /internal detail/);
});

test("shares one question to the stores among health questions at the same time", async () => {
  const { server, mongo } = testServer();
  let release = () => {};
  mongo.hold = new Promise((resolve) => (release = resolve));
  const asked = [server.inject("/api/health"), server.inject("/api/health"), server.inject("/api/health")];
  setTimeout(release, 50);
  for (const answer of await Promise.all(asked)) assert.equal(answer.statusCode, 200);
  assert.equal(mongo.probes, 1);
});

test("measures requests by route, not by address, and logs one line for each but not for routine health", async () => {
  const { server, metrics, lines } = testServer();
  await server.inject("/api/orders/00000000-0000-4000-8000-000000000000");
  await server.inject("/api/health");
  const text = (await server.inject("/metrics")).body;
  assert.match(
    text,
    /http_request_duration_seconds_count\{method="GET",route="\/api\/orders\/:id",status_code="404"\} 1/,
  );
  assert.match(text, /process_cpu_seconds_total/);
  assert.equal((await metrics.inFlight.get()).values[0]?.value, 0);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /"route":"\/api\/orders\/:id","status":404/);
});
