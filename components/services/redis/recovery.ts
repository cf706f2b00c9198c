import type { RedisClientType } from "redis";
import type { Recovery, StoreAddress } from "../definition.ts";

type Client = RedisClientType;

const canaryKey = "kaleem:canary";
const connectTimeoutMs = 5_000;
/** `everysec` syncs once a second, and a second later when the disk is busy. */
const syncLimitMs = 5_000;

/** How the agent writes to Redis, asks it and mends it. Redis' one user is `default`; its password comes with the start. */
export const redisRecovery: Recovery<Client> = {
  objectives: { rpo: "15m", rto: "1h" },
  connect,
  async close(client) {
    client.destroy();
  },

  async version(client) {
    return field(await client.info("server"), "redis_version");
  },

  // Nothing to set up: the entrypoint sets the password.
  async setup(client) {
    await client.ping();
  },

  canary: {
    async write(client, mark) {
      await client.set(canaryKey, mark);
      await untilOnDisk(client);
    },
    read: (client) => client.get(canaryKey),
  },

  async counts(client) {
    return { keys: await client.dbSize() };
  },

  // No user is kept in the data, so a restored point cannot bring back an old password.
  async reconcile(client) {
    await client.ping();
  },

  async orders(client, ids) {
    if (ids.length === 0) return new Map();
    const values = await client.mGet(ids.map((id) => `order:${id}`));
    const found = ids.flatMap((id, index): [string, unknown][] => {
      const text = values[index];
      return text === null || text === undefined ? [] : [[id, JSON.parse(text) as unknown]];
    });
    return new Map(found);
  },
};

async function connect({ host, secrets }: StoreAddress): Promise<Client> {
  const { createClient } = await import("redis");
  const client = createClient({
    url: `redis://${host}:6379`,
    password: secrets["password"] ?? "",
    socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: false },
  }) as Client;
  // The failed call rejects too; without a listener Node would end the process before it is told.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function untilOnDisk(client: Client): Promise<void> {
  const answer = await client.sendCommand(["WAITAOF", "1", "0", String(syncLimitMs)]);
  const synced = Array.isArray(answer) ? Number(answer[0]) : 0;
  if (synced !== 1) throw new Error(`redis: the canary was not on disk within ${syncLimitMs} ms`);
}

function field(info: string, name: string): string {
  const line = info.split(/\r?\n/).find((candidate) => candidate.startsWith(`${name}:`));
  if (line === undefined) throw new Error(`redis: INFO has no ${name}`);
  return line.slice(name.length + 1).trim();
}
