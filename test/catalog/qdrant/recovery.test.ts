import assert from "node:assert/strict";
import { test } from "node:test";
import { QdrantClient, QdrantRefusal } from "../../../catalog/qdrant/qdrant-client.ts";
import { qdrantRecovery } from "../../../catalog/qdrant/recovery.ts";
import { apiKey, type Loopback, result, withServer } from "../../local/images/qdrant/loopback.ts";

const client = ({ port }: Loopback, key = apiKey) =>
  new QdrantClient({ host: "127.0.0.1", secrets: { "api-key": key } }, port);
test("sets up its own collection, once; again changes nothing, and nobody else's is made", async () => {
  await withServer(async (server) => {
    await qdrantRecovery.setup(client(server));
    await qdrantRecovery.canary.write(client(server), "kept");
    await qdrantRecovery.setup(client(server));
    assert.equal(await qdrantRecovery.canary.read(client(server)), "kept");
    assert.deepEqual(result(await server.ask("GET", "/collections")), { collections: [{ name: "canary" }] });
    assert.equal(await qdrantRecovery.version(client(server)), "1.19.0");
  });
});

test("a collection of another shape is refused, not made anew", async () => {
  await withServer(async (server) => {
    result(await server.ask("PUT", "/collections/canary", { vectors: { size: 32, distance: "Cosine" } }));
    await assert.rejects(qdrantRecovery.setup(client(server)), {
      message:
        "qdrant: collection canary: expected vectors of size 4 with distance Cosine, got size 32 with Cosine; " +
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
