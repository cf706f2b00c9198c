import assert from "node:assert/strict";
import { test } from "node:test";
import { QdrantClient, QdrantRefusal } from "../../../catalog/qdrant/qdrant-client.ts";
import { qdrantRecovery } from "../../../catalog/qdrant/recovery.ts";
import { apiKey, type Loopback, result, withServer } from "../../local/images/qdrant/loopback.ts";

const client = ({ port }: Loopback, key = apiKey) =>
  new QdrantClient({ host: "127.0.0.1", secrets: { "api-key": key } }, port);
const vector = Array.from({ length: 64 }, (_, index) => index + 1);
const order = (last: number) => ({
  id: `00000000-0000-4000-8000-00000000000${last}`,
  customer: "c",
  item: "i",
  quantity: last,
  createdAt: "2026-11-20T03:19:00.000Z",
});

test("sets up its collections, once; again changes nothing", async () => {
  await withServer(async (server) => {
    await qdrantRecovery.setup(client(server));
    const payload = order(1);
    result(
      await server.ask("PUT", "/collections/orders/points?wait=true", {
        points: [{ id: payload.id, vector, payload }],
      }),
    );
    await qdrantRecovery.setup(client(server));
    assert.deepEqual(
      [...(await qdrantRecovery.orders(client(server), [payload.id]))],
      [[payload.id, payload]],
    );
    assert.equal(await qdrantRecovery.version(client(server)), "1.19.0");
  });
});

test("a collection of another shape is refused, not made anew", async () => {
  await withServer(async (server) => {
    result(await server.ask("PUT", "/collections/orders", { vectors: { size: 32, distance: "Cosine" } }));
    await assert.rejects(qdrantRecovery.setup(client(server)), {
      message:
        "qdrant: collection orders: expected vectors of size 64 with distance Cosine, got size 32 with Cosine; " +
        "move its points to a new collection, or deploy the version that created it",
    });
  });
});

test("the canary is read back as it was written; before the first there is none", async () => {
  await withServer(async (server) => {
    await qdrantRecovery.setup(client(server));
    assert.equal(await qdrantRecovery.canary.read(client(server)), null);
    for (const mark of ["mark-1", "mark-2"]) await qdrantRecovery.canary.write(client(server), mark);
    assert.equal(await qdrantRecovery.canary.read(client(server)), "mark-2");
  });
});

test("orders come back exactly as they were, absent ones left out", async () => {
  await withServer(async (server) => {
    await qdrantRecovery.setup(client(server));
    const held = [order(1), order(2)];
    const points = held.map((payload) => ({ id: payload.id, vector, payload }));
    result(await server.ask("PUT", "/collections/orders/points?wait=true", { points }));
    const found = await qdrantRecovery.orders(client(server), [order(2).id, order(3).id]);
    assert.deepEqual([...found], [[order(2).id, order(2)]]);
    assert.equal((await qdrantRecovery.orders(client(server), [])).size, 0);
  });
});

test("a wrong key is refused in words, without the key", async () => {
  await withServer(async (server) => {
    await assert.rejects(qdrantRecovery.resetUsers(client(server, "a-wrong-key-0123456789")), (error) => {
      assert.ok(error instanceof QdrantRefusal);
      assert.equal(error.message, "qdrant: GET /collections was answered with 401: Invalid API key or JWT");
      return true;
    });
    await qdrantRecovery.resetUsers(client(server));
  });
});
