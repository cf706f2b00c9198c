import { createHash } from "node:crypto";
import type { RedisClientType } from "redis";
import type { Grants } from "../../contract/grants.ts";
import { forwardOnly } from "../engine-version.ts";
import type { Recovery, StoreAddress } from "../recovery.ts";
import { redisCommands } from "./commands.ts";
import { redisInventory } from "./inventory.ts";
import { canaryKey, dumpRdb, judgeRdb, loadRdb } from "./portable.ts";

interface Client {
  readonly redis: RedisClientType;
  readonly appPassword: string;
  readonly grants: Grants;
}

/** A store that is full refuses every write; the canary takes no more room than the one before it, and a point must not fail for it. */
const writeWhenFull = "#!lua flags=allow-oom\nreturn redis.call('SET', KEYS[1], ARGV[1])";
/** Bytes that are always taken; 0 would mean no limit. */
const noMemory = "1";
const connectTimeoutMs = 5_000;
/** `everysec` syncs once a second, and a second later when the disk is busy. */
const syncLimitMs = 5_000;

/** What applications may do, and with which keys: read and write, nothing that governs the server. */
function applicationRules({ redis }: Grants): readonly string[] {
  const { keys = [], channels = [], scripts = false } = redis ?? {};
  const commands = ["+@read", "+@write", "+@connection", "+@transaction"];
  return [
    ...["resetkeys", ...keys.map((each) => `~${each}`)],
    ...["resetchannels", ...channels.map((each) => `&${each}`)],
    ...[
      "-@all",
      ...commands,
      ...(channels.length > 0 ? ["+@pubsub"] : []),
      ...(scripts ? ["+@scripting"] : []),
    ],
    ...["-@dangerous", "-@admin"],
  ];
}

/** How the agent writes to Redis, asks it and mends it, as its administrator; that one's password comes with the start. */
export const redisRecovery: Recovery<Client> = {
  objectives: { rpo: "15m", rto: "1h" },
  follows: (held, present) => forwardOnly("Redis", held, present),
  connect,
  async close({ redis }) {
    redis.destroy();
  },

  async version({ redis }) {
    return field(await redis.info("server"), "redis_version");
  },

  // A user may have several passwords: the present one is added to those that running applications use.
  setup: (client) => setApplicationUser(client, []),
  retire: (client) => setApplicationUser(client, ["resetpass"]),

  async accepts({ host }, secret, password) {
    try {
      const redis = await logIn(host, secret === "app-password" ? "app" : "default", password);
      redis.destroy();
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith("WRONGPASS")) return false;
      throw error;
    }
  },

  canary: {
    async write({ redis }, mark) {
      await redis.sendCommand(["EVAL", writeWhenFull, "1", canaryKey, mark]);
      await untilOnDisk(redis);
    },
    read: ({ redis }) => redis.get(canaryKey),
  },

  async inventory({ redis }, request) {
    try {
      return await redisInventory(redisCommands(redis), request);
    } finally {
      await redis.select(0);
    }
  },

  portable: {
    dump: {
      file: { prefix: "redis-", suffix: ".rdb" },
      at: ["02:00"],
      tool: async (_client, secrets) => dumpRdb(secrets),
    },
    judge: ({ redis }, source) => judgeRdb(redisCommands(redis), source),
    load: {
      async client({ redis }, source, file) {
        await loadRdb(redisCommands(redis), source, file);
        await untilOnDisk(redis);
      },
    },
  },

  resetUsers: (client) => setApplicationUser(client, ["resetpass"]),

  // With no memory to spare it refuses what adds, as a full one does; what takes away makes room, and goes on.
  writes: {
    async refuse({ redis }) {
      const [policy, limit] = [
        await configured(redis, "maxmemory-policy"),
        await configured(redis, "maxmemory"),
      ];
      if (policy !== "noeviction")
        throw new Error(`redis: with maxmemory-policy ${policy} it would give up keys rather than refuse`);
      if (limit === noMemory) return null;
      await redis.sendCommand(["CONFIG", "SET", "maxmemory", noMemory]);
      return limit;
    },
    async allow({ redis }, kept) {
      if ((await configured(redis, "maxmemory")) !== noMemory) return;
      if (kept === null)
        throw new Error(
          "redis: its former maxmemory is not known; a restart sets it: docker service update --force redis",
        );
      await redis.sendCommand(["CONFIG", "SET", "maxmemory", kept]);
    },
  },
};

async function connect({ host, secrets, grants = {} }: StoreAddress): Promise<Client> {
  const appPassword = secrets["app-password"] ?? "";
  if (appPassword === "")
    throw new Error('redis: the secret app-password is missing or empty; run "./kaleem up"');
  const redis = await logIn(host, "default", secrets["password"] ?? "");
  try {
    // While it loads its data it lets everybody in and answers nothing.
    await redis.ping();
  } catch (error) {
    redis.destroy();
    throw error;
  }
  return { redis, appPassword, grants };
}

async function logIn(host: string, username: string, password: string): Promise<RedisClientType> {
  const { createClient } = await import("redis");
  const redis = createClient({
    url: `redis://${host}:6379`,
    username,
    password,
    socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: false },
  }) as RedisClientType;
  // The failed call rejects too; without a listener Node would end the process before it is told.
  redis.on("error", () => undefined);
  await redis.connect();
  return redis;
}

/** Sets the rules anew and adds the present password, in one step: nobody finds the user half-made. Then keeps it for the next start. */
async function setApplicationUser(
  { redis, appPassword, grants }: Client,
  first: readonly string[],
): Promise<void> {
  const hash = createHash("sha256").update(appPassword).digest("hex");
  const rules = [...first, "on", ...applicationRules(grants), `#${hash}`];
  await redis.sendCommand(["ACL", "SETUSER", "app", ...rules]);
  await redis.sendCommand(["ACL", "SAVE"]);
}

async function untilOnDisk(redis: RedisClientType): Promise<void> {
  const answer = await redis.sendCommand(["WAITAOF", "1", "0", String(syncLimitMs)]);
  const synced = Array.isArray(answer) ? Number(answer[0]) : 0;
  if (synced !== 1) throw new Error(`redis: the canary was not on disk within ${syncLimitMs} ms`);
}

async function configured(redis: RedisClientType, name: string): Promise<string> {
  const answer: unknown = await redis.sendCommand(["CONFIG", "GET", name]);
  const value: unknown = Array.isArray(answer) ? answer[1] : undefined;
  if (typeof value !== "string") throw new Error(`redis: CONFIG GET has no ${name}`);
  return value;
}

function field(info: string, name: string): string {
  const line = info.split(/\r?\n/).find((candidate) => candidate.startsWith(`${name}:`));
  if (line === undefined) throw new Error(`redis: INFO has no ${name}`);
  return line.slice(name.length + 1).trim();
}
