import assert from "node:assert/strict";
import { test } from "node:test";
import { qdrantInventory } from "../../../catalog/qdrant/inventory.ts";
import type { InventoryRequest } from "../../../catalog/inventory/inventory.ts";
import { QdrantClient } from "../../../catalog/qdrant/qdrant-client.ts";
import { compareInventories } from "../../../recovery/proof/compare-inventories.ts";
import { apiKey, type Loopback, result, withServer } from "../../local/images/qdrant/loopback.ts";

const take = ({ port }: Loopback, more: Partial<InventoryRequest> = {}) =>
  qdrantInventory(
    new QdrantClient({ host: "127.0.0.1", secrets: { "api-key": apiKey } }, port),
    { bytes: 2 ** 30, ms: 60_000, ...more },
    ["made"],
  );
const point = (id: number, word: string) => ({
  id,
  vector: [1, id, 0, 1],
  payload: { word, more: { b: 1, a: [word] } },
});
const odd = "طلبات a-b";

async function populate({ ask }: Loopback): Promise<void> {
  for (const name of [odd, "second"]) {
    const path = `/collections/${encodeURIComponent(name)}`;
    result(await ask("PUT", path, { vectors: { size: 4, distance: "Cosine" } }));
    const points = Array.from({ length: 200 }, (_, index) => point(index, `word ${index}`));
    result(await ask("PUT", `${path}/points?wait=true`, { points }));
  }
  result(await ask("POST", "/collections/aliases", { actions: [alias("latest", odd)] }));
}
const alias = (alias_name: string, collection_name: string) => ({
  create_alias: { alias_name, collection_name },
});

test("collections, points, aliases: each alteration is called by its name, and nothing else is", async () => {
  await withServer(async (server) => {
    await populate(server);
    const wanted = await take(server);
    assert.deepEqual(wanted.coverage, { hashed: 400, of: 400, bytes: wanted.coverage.bytes, sampled: false });
    const { ask } = server;
    const put = (body: object) => () =>
      ask("PUT", "/collections/second/points?wait=true", { points: [body] });
    const names = async () => {
      return compareInventories(wanted, await take(server, { like: wanted })).findings.map(
        ({ name }) => name,
      );
    };
    for (const [change, undo, expected] of [
      [put(point(7, "drow 7")), put(point(7, "word 7")), "qdrant: points: collection/second/points"],
      [
        () => ask("POST", "/collections/second/points/delete?wait=true", { points: [7] }),
        put(point(7, "word 7")),
        "qdrant: points: collection/second/points",
      ],
      [
        put({ ...point(7, "word 7"), vector: [1, 7, 0.5, 1] }),
        put(point(7, "word 7")),
        "qdrant: points: collection/second/points",
      ],
      [
        () => ask("POST", "/collections/aliases", { actions: [alias("latest", "second")] }),
        () => ask("POST", "/collections/aliases", { actions: [alias("latest", odd)] }),
        "qdrant: aliases: alias/latest",
      ],
      [
        () => ask("PUT", "/collections/new", { vectors: { size: 4, distance: "Cosine" } }),
        () => ask("DELETE", "/collections/new"),
        "qdrant: collections: collection/new",
      ],
    ] as const) {
      result(await change());
      assert.deepEqual(await names(), [expected]);
      result(await undo());
    }
    assert.deepEqual(await names(), []);
    // What the platform makes by itself where it is missing, and that is empty, has not been lost from anywhere.
    result(await ask("PUT", "/collections/made", { vectors: { size: 4, distance: "Cosine" } }));
    assert.deepEqual(await names(), []);
    result(await ask("PUT", "/collections/made/points?wait=true", { points: [point(1, "x")] }));
    assert.deepEqual(await names(), ["qdrant: collections: collection/made"]);
  });
});

test("beyond the limits the first points are hashed, as many in both inventories, and what was not is said", async () => {
  await withServer(async (server) => {
    await populate(server);
    const wanted = await take(server, { bytes: 20_000 });
    const { digest, count } = wanted.entries[`collection/second/points`] ?? {};
    assert.ok(count === 200 && digest !== undefined && digest.hashed > 20 && digest.hashed < 200);
    const { findings, notCovered } = compareInventories(wanted, await take(server, { like: wanted }));
    assert.deepEqual(findings, []);
    assert.match(notCovered[0] ?? "", new RegExp(`content covered in part: ${digest.hashed} of 200 items`));
  });
});
