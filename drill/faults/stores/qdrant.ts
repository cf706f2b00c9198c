import type { QdrantClient } from "../../../catalog/qdrant/qdrant-client.ts";
import type { StoreFault, StoreSubject } from "../fault.ts";

const odd = "طلبات a-b";
const points = 200;
const pathOf = (name: string): string => `/collections/${encodeURIComponent(name)}`;
const vectors = { vectors: { size: 4, distance: "Cosine" } };
const point = (id: number, word: string) => ({
  id,
  vector: [1, id, 0, 1],
  payload: { word, more: { b: 1, a: [word] } },
});
const put = (client: QdrantClient, name: string, all: readonly object[]): Promise<unknown> =>
  client.ask("PUT", `${pathOf(name)}/points?wait=true`, { body: { points: all }, timeoutMs: 30_000 });
const alias = (alias_name: string, collection_name: string) => ({
  create_alias: { alias_name, collection_name },
});
const setAliases = (client: QdrantClient, ...actions: readonly object[]): Promise<unknown> =>
  client.ask("POST", "/collections/aliases", { body: { actions } });
const all = `qdrant: points: collection/${odd}/points`;

const faults: readonly StoreFault<QdrantClient>[] = [
  {
    name: "qdrant-point-gone",
    what: "one point is deleted",
    cause: "data-missing",
    check: "inventory: count",
    named: [all],
    change: (client, random) =>
      client.ask("POST", `${pathOf(odd)}/points/delete?wait=true`, {
        body: { points: [random.below(points)] },
      }),
  },
  {
    name: "qdrant-payload-altered",
    what: "the payload of a point is another one, as long as it was",
    cause: "data-altered",
    check: "inventory: content",
    equalSize: true,
    named: [all],
    change: (client, random) => {
      const id = random.below(points);
      return put(client, odd, [point(id, `drow ${id}`)]);
    },
  },
  {
    name: "qdrant-vector-altered",
    what: "the vector of a point is another one",
    cause: "data-altered",
    check: "inventory: content",
    equalSize: true,
    named: [all],
    change: (client) => put(client, odd, [{ ...point(7, "word 7"), vector: [1, 7, 0.5, 1] }]),
  },
  {
    name: "qdrant-alias-moved",
    what: "an alias points at another collection",
    cause: "data-altered",
    check: "inventory: options",
    named: ["qdrant: aliases: alias/latest"],
    change: (client) => setAliases(client, alias("latest", "second")),
  },
  {
    name: "qdrant-alias-gone",
    what: "an alias is gone",
    cause: "data-missing",
    check: "inventory: missing",
    named: ["qdrant: aliases: alias/latest"],
    change: (client) => setAliases(client, { delete_alias: { alias_name: "latest" } }),
  },
  {
    name: "qdrant-collection-dropped",
    what: "a collection is gone",
    cause: "data-missing",
    check: "inventory: missing",
    named: ["qdrant: collections: collection/second"],
    change: (client) => client.ask("DELETE", pathOf("second")),
  },
  {
    name: "qdrant-collection-made",
    what: "a collection that nobody made",
    cause: "data-extra",
    check: "inventory: extra",
    named: ["qdrant: collections: collection/new"],
    change: (client) => client.ask("PUT", pathOf("new"), { body: vectors, timeoutMs: 30_000 }),
  },
];

/** Qdrant: collections with odd and Arabic names, points with vectors and payload, an alias. */
export const qdrantSubject: StoreSubject<QdrantClient> = {
  store: "qdrant",
  populate: async (client) => {
    for (const name of [odd, "second"]) {
      await client.ask("PUT", pathOf(name), { body: vectors, timeoutMs: 30_000 });
      await put(
        client,
        name,
        Array.from({ length: points }, (_, id) => point(id, `word ${id}`)),
      );
    }
    await setAliases(client, alias("latest", odd));
  },
  faults,
};
