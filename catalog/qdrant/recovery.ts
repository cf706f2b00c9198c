import { z } from "zod";
import { forwardOnly } from "../engine-version.ts";
import type { Recovery } from "../recovery.ts";
import { qdrantInventory } from "./inventory.ts";
import { dumpCollections, judgeCollections, loadCollections, selectCollections } from "./portable.ts";
import { QdrantClient, QdrantRefusal } from "./qdrant-client.ts";

const canary = "canary";
/** The canary has one point; its vector says nothing. */
const canaryPoint = { id: 1, vector: [1, 0, 0, 0] };
/** A first start, or a collection that is still loading, takes its time. */
const setupLimitMs = 60_000;

const described = z.object({
  config: z.object({ params: z.object({ vectors: z.object({ size: z.number(), distance: z.string() }) }) }),
});
const record = z.object({
  id: z.union([z.string(), z.number()]),
  payload: z.record(z.string(), z.unknown()),
});

/**
 * How the agent writes to Qdrant, asks it and mends it.
 *
 * What an acknowledged write is worth: with `wait=true` it lies in the write-ahead log, which is a file mapped into memory, and
 * has been applied. It survives the death of the process, and so does a copy of the files, which sees what is in memory. Qdrant
 * syncs that log only every `flush_interval_sec` (5 by default, 1 for the collections made here): a loss of power costs at most
 * that, and no request makes it sync sooner.
 */
export const qdrantRecovery: Recovery<QdrantClient> = {
  objectives: { rpo: "15m", rto: "1h" },
  follows: (held, present) => forwardOnly("Qdrant", held, present),

  async connect(at) {
    const client = new QdrantClient(at);
    await client.ask("GET", "/collections");
    return client;
  },

  // Each request is its own connection to the agent; nothing stays open.
  close: () => Promise.resolve(),

  async version(client) {
    return z.object({ version: z.string() }).parse(await client.ask("GET", "/")).version;
  },

  async setup(client) {
    await ensureCollection(client, canary, canaryPoint.vector.length);
  },

  async accepts({ host }, _secret, password) {
    try {
      await new QdrantClient({ host, secrets: { "api-key": password } }).ask("GET", "/collections");
      return true;
    } catch (error) {
      if (error instanceof QdrantRefusal && (error.status === 401 || error.status === 403)) return false;
      throw error;
    }
  },

  canary: {
    async write(client, mark) {
      const path = `/collections/${canary}/points?wait=true&ordering=strong`;
      const answer = await client.ask("PUT", path, {
        body: { points: [{ ...canaryPoint, payload: { mark } }] },
      });
      const { status } = z.object({ status: z.string() }).parse(answer);
      if (status !== "completed") throw new Error(`qdrant: the canary was ${status}, not completed`);
    },
    async read(client) {
      const [found] = await retrieve(client, canary, [canaryPoint.id]);
      return z
        .string()
        .nullable()
        .parse(found?.payload["mark"] ?? null);
    },
  },

  portable: {
    dump: { file: { prefix: "qdrant-", suffix: ".tar" }, at: ["02:10"], stream: dumpCollections },
    judge: judgeCollections,
    load: { client: loadCollections },
    select: selectCollections,
  },

  inventory: (client, request) => qdrantInventory(client, request, [canary]),

  // The key comes with the start and is in no file of the data, so a restored point cannot bring back an old one.
  async resetUsers(client) {
    await client.ask("GET", "/collections");
  },
};

/** Makes the collection unless it is there; one of another shape is refused, since its points would be lost by making it anew. */
async function ensureCollection(client: QdrantClient, name: string, size: number): Promise<void> {
  const there = await describe(client, name);
  if (there === null) {
    await client.ask("PUT", `/collections/${name}`, {
      body: { vectors: { size, distance: "Cosine" }, optimizers_config: { flush_interval_sec: 1 } },
      timeoutMs: setupLimitMs,
    });
    return;
  }
  const { vectors } = there.config.params;
  if (vectors.size === size && vectors.distance === "Cosine") return;
  throw new Error(
    `qdrant: collection ${name}: expected vectors of size ${size} with distance Cosine, got size ${vectors.size} with ` +
      `${vectors.distance}; move its points to a new collection, or deploy the version that created it`,
  );
}

async function describe(client: QdrantClient, name: string): Promise<z.infer<typeof described> | null> {
  try {
    return described.parse(await client.ask("GET", `/collections/${name}`, { timeoutMs: setupLimitMs }));
  } catch (error) {
    if (error instanceof QdrantRefusal && error.status === 404) return null;
    throw error;
  }
}

async function retrieve(
  client: QdrantClient,
  name: string,
  ids: readonly (string | number)[],
): Promise<z.infer<typeof record>[]> {
  const body = { ids, with_payload: true, with_vector: false };
  return z.array(record).parse(await client.ask("POST", `/collections/${name}/points`, { body }));
}
