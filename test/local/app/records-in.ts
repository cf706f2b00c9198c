import { z } from "zod";
import type { MongoClient } from "mongodb";
import type { QdrantClient } from "../../../catalog/qdrant/qdrant-client.ts";

/** Record id → the record as a store has it; absent ones are left out. */
type Records = ReadonlyMap<string, unknown>;
type Read = (client: unknown, ids: readonly string[]) => Promise<Records>;

const points = z.array(z.object({ id: z.string(), payload: z.unknown() }));
const messages = z.array(z.object({ payload: z.string() }));
const withId = z.looseObject({ id: z.string() });

/** How the sample's orders are found in a store, by the client that the recovery tools open. */
export const ordersIn: Readonly<Record<"mongo" | "redis" | "qdrant" | "rabbitmq" | "minio", Read>> = {
  async mongo(client, ids) {
    const root = await (client as { root: () => Promise<MongoClient> }).root();
    const orders = root.db("kaleem").collection<{ _id: string }>("orders");
    const found = await orders.find({ _id: { $in: [...ids] } }).toArray();
    return new Map(found.map(({ _id, ...fields }) => [_id, { id: _id, ...fields }]));
  },
  async redis(client, ids) {
    const { redis } = client as { redis: { get(key: string): Promise<string | null> } };
    const found = await Promise.all(ids.map((id) => redis.get(`order:${id}`)));
    return new Map(
      ids.flatMap((id, at): [string, unknown][] => {
        const text = found[at] ?? null;
        return text === null ? [] : [[id, JSON.parse(text)]];
      }),
    );
  },
  async qdrant(client, ids) {
    const body = { ids, with_payload: true, with_vector: false };
    const answer = await (client as QdrantClient).ask("POST", "/collections/orders/points", { body });
    return new Map(points.parse(answer).map(({ id, payload }) => [id, payload]));
  },
  async rabbitmq(client, ids) {
    const { api } = client as { api: { post(path: string, body: unknown): Promise<unknown> } };
    const look = { count: 1_000, ackmode: "reject_requeue_true", encoding: "auto" };
    const found = messages.parse(await api.post("queues/%2F/receipts/get", look));
    const orders = found.flatMap(({ payload }) => withId.safeParse(JSON.parse(payload)).data ?? []);
    return new Map(orders.filter(({ id }) => ids.includes(id)).map((order) => [order.id, order]));
  },
  minio: (client, ids) => objectsIn(client, "orders", ids),
};

/** What workers have made of messages. */
export async function objectsIn(
  client: unknown,
  folder: "orders" | "webhooks",
  ids: readonly string[],
): Promise<Records> {
  const { call } = client as {
    call: (path: string, options: { accept: readonly string[] }) => Promise<string | null>;
  };
  const found = new Map<string, unknown>();
  for (const id of ids) {
    const text = await call(`/receipts/${folder}/${id}.json`, { accept: ["NoSuchKey"] });
    if (text !== null) found.set(id, JSON.parse(text));
  }
  return found;
}
