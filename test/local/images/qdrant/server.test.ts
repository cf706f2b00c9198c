import assert from "node:assert/strict";
import { test } from "node:test";
import { alternativeKey, type Loopback, result, withServer } from "./loopback.ts";

const id = (last: number) => `00000000-0000-4000-8000-${String(last).padStart(12, "0")}`;
const small = { vectors: { size: 2, distance: "Cosine" } };
const put = (server: Loopback, points: readonly unknown[]) =>
  server.ask("PUT", "/collections/orders/points?wait=true&ordering=strong", { points });

/** A collection with three points at 0°, 45° and 90°. */
async function filled(server: Loopback): Promise<void> {
  result(await server.ask("PUT", "/collections/orders", small));
  const vectors = [
    [2, 0],
    [3, 3],
    [0, 1],
  ];
  const points = vectors.map((vector, index) => ({ id: id(index), vector, payload: { seq: index } }));
  assert.deepEqual(result(await put(server, points)), { operation_id: 0, status: "completed" });
}

const refused = async (server: Loopback, request: readonly [string, string, unknown?], says: string) => {
  const { status, body } = await server.ask(...request);
  assert.ok(status >= 400, String(status));
  assert.equal((body as { status: { error: string } }).status.error, says);
};

test("a key is demanded of everything but the health routes; a wrong one and none are told apart", async () => {
  await withServer(async (server) => {
    for (const path of ["/", "/healthz", "/readyz", "/livez"])
      assert.equal((await server.ask("GET", path, undefined, {})).status, 200, path);
    const bare = await server.ask("GET", "/collections", undefined, {});
    assert.deepEqual(bare, {
      status: 401,
      body: "Must provide an API key or an Authorization bearer token",
    });
    const wrong = await server.ask("GET", "/metrics", undefined, { "api-key": "another" });
    assert.deepEqual(wrong, { status: 401, body: "Invalid API key or JWT" });
    assert.equal((await server.ask("GET", "/no-such-route", undefined, {})).status, 401);
    const bearer = { authorization: "Bearer the-right-key-0123456789" };
    assert.equal((await server.ask("GET", "/collections", undefined, bearer)).status, 200);
    const alternative = { "api-key": alternativeKey };
    assert.equal((await server.ask("GET", "/collections", undefined, alternative)).status, 200);
  });
});

test("an unknown route is answered with 404 and nothing else", async () => {
  await withServer(async (server) => {
    assert.deepEqual(await server.ask("POST", "/snapshots/recover"), { status: 404, body: "" });
    assert.deepEqual(await server.ask("GET", "/collections/x/points/y/z"), { status: 404, body: "" });
  });
});

test("says its version, and what its metrics are", async () => {
  await withServer(async (server) => {
    await filled(server);
    assert.deepEqual((await server.ask("GET", "/")).body, {
      title: "qdrant - vector search engine",
      version: "1.19.0",
    });
    const { body } = await server.ask("GET", "/metrics");
    assert.match(String(body), /^collection_points\{id="orders"\} 3$/m);
    assert.match(String(body), /^collections_total 1$/m);
  });
});

test("collections are made, listed, described and deleted", async () => {
  await withServer(async (server) => {
    await filled(server);
    assert.deepEqual(result(await server.ask("GET", "/collections")), { collections: [{ name: "orders" }] });
    const info = result(await server.ask("GET", "/collections/orders")) as {
      points_count: number;
      config: { params: { vectors: unknown } };
    };
    assert.equal(info.points_count, 3);
    assert.deepEqual(info.config.params.vectors, small.vectors);
    assert.deepEqual(result(await server.ask("GET", "/collections/orders/exists")), { exists: true });
    await refused(
      server,
      ["PUT", "/collections/orders", small],
      "Wrong input: Collection `orders` already exists!",
    );
    assert.equal(result(await server.ask("DELETE", "/collections/orders")), true);
    assert.equal(result(await server.ask("DELETE", "/collections/orders")), false);
    await refused(server, ["GET", "/collections/orders"], "Not found: Collection `orders` doesn't exist!");
  });
});

test("points are read by id, counted, scrolled and deleted", async () => {
  await withServer(async (server) => {
    await filled(server);
    const found = await server.ask("POST", "/collections/orders/points", { ids: [id(2), id(9)] });
    assert.deepEqual(result(found), [{ id: id(2), payload: { seq: 2 } }]);
    assert.deepEqual(result(await server.ask("GET", `/collections/orders/points/${id(0)}`)), {
      id: id(0),
      payload: { seq: 0 },
      vector: [1, 0],
    });
    const definition = { limit: 2, with_payload: false };
    assert.deepEqual(result(await server.ask("POST", "/collections/orders/points/scroll", definition)), {
      points: [{ id: id(0) }, { id: id(1) }],
      next_page_offset: id(2),
    });
    result(await server.ask("POST", "/collections/orders/points/delete?wait=true", { points: [id(0)] }));
    const count = await server.ask("POST", "/collections/orders/points/count", { exact: true });
    assert.deepEqual(result(count), { count: 2 });
  });
});

test("a search finds the nearest by angle, whatever the length", async () => {
  await withServer(async (server) => {
    await filled(server);
    const query = { query: [0.1, 5], limit: 2, with_payload: true };
    const answer = result(await server.ask("POST", "/collections/orders/points/query", query));
    const { points } = answer as { points: { id: string; score: number }[] };
    assert.deepEqual(
      points.map((point) => point.id),
      [id(2), id(1)],
    );
    assert.ok(Math.abs((points[1]?.score ?? 0) - Math.cos(Math.PI / 4 - Math.atan2(0.1, 5))) < 1e-6);
    const search = { vector: [1, 0], limit: 1 };
    const [nearest] = result(await server.ask("POST", "/collections/orders/points/search", search)) as {
      id: string;
    }[];
    assert.equal(nearest?.id, id(0));
  });
});

test("aliases lead to their collection and go with it", async () => {
  await withServer(async (server) => {
    await filled(server);
    const create = (alias_name: string, collection_name: string) => ({
      actions: [{ create_alias: { alias_name, collection_name } }],
    });
    result(await server.ask("POST", "/collections/aliases", create("current", "orders")));
    assert.deepEqual(result(await server.ask("POST", "/collections/current/points/count", {})), { count: 3 });
    await refused(
      server,
      ["POST", "/collections/aliases", create("other", "nothing")],
      "Not found: Collection `nothing` doesn't exist!",
    );
    await server.ask("DELETE", "/collections/orders");
    assert.deepEqual(result(await server.ask("GET", "/aliases")), { aliases: [] });
  });
});

test("what it cannot honour is refused by name, never taken in silence", async () => {
  await withServer(async (server) => {
    await filled(server);
    await refused(
      server,
      ["POST", "/collections/orders/points/count", { filter: {} }],
      'Format error in JSON body: Unrecognized key: "filter"',
    );
    await refused(
      server,
      ["PUT", "/collections/other", { vectors: { size: 2, distance: "Dot" } }],
      "Format error in JSON body: vectors.distance: the stand-in knows Cosine only",
    );
    await refused(
      server,
      ["PUT", "/collections/orders/points", { points: [{ id: "order-1", vector: [1, 0] }] }],
      "Format error in JSON body: points.0.id: is not a valid point ID, valid values are either an unsigned integer or a UUID",
    );
    await refused(
      server,
      ["PUT", "/collections/orders/points", { points: [{ id: 1, vector: [1] }] }],
      "Wrong input: Vector dimension error: expected dim: 2, got 1",
    );
    await refused(
      server,
      ["PUT", "/collections/..%2fup", small],
      "Wrong input: ../up is not a valid collection name",
    );
  });
});
