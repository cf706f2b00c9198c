import type { RedisClientType } from "redis";
import type { StoreFault, StoreSubject } from "../fault.ts";

type Client = { readonly redis: RedisClientType };
type Command = readonly string[];

/** Runs commands one after the other in a database. */
const run =
  (database: number, ...commands: readonly Command[]) =>
  async ({ redis }: Client): Promise<void> => {
    await redis.sendCommand(["SELECT", String(database)]);
    for (const command of commands) await redis.sendCommand(command);
    await redis.sendCommand(["SELECT", "0"]);
  };
const many = (count: number, part: (index: number) => Command): Command =>
  Array.from({ length: count }, (_, index) => part(index)).flat();

const day = 86_400_000;
const kept = "redis: keys: database/0";

const faults: readonly StoreFault<Client>[] = [
  {
    name: "redis-key-gone",
    what: "one string is deleted",
    cause: "data-missing",
    check: "inventory: count",
    only: true,
    named: [`${kept}/string`],
    change: ({ redis }, random) => redis.del(`سلة:${random.below(50)}`),
  },
  {
    name: "redis-value-altered",
    what: "a value is another one, as long as it was",
    cause: "data-altered",
    check: "inventory: content",
    only: true,
    equalSize: true,
    named: [`${kept}/string`],
    change: ({ redis }, random) => redis.set(`سلة:${random.below(50)}`, "x".repeat(20)),
  },
  {
    name: "redis-list-order",
    what: "two items of a list have changed places",
    cause: "data-altered",
    check: "inventory: content",
    equalSize: true,
    named: [`${kept}/list`],
    change: run(0, ["LSET", "list", "0", "item 1"], ["LSET", "list", "1", "item 0"]),
  },
  {
    name: "redis-set-member",
    what: "a set lacks a member",
    cause: "data-altered",
    check: "inventory: content",
    named: [`${kept}/set`],
    change: ({ redis }, random) => redis.sRem("set", `member ${random.below(2_000)}`),
  },
  {
    name: "redis-hash-field",
    what: "a field of a hash has another value",
    cause: "data-altered",
    check: "inventory: content",
    equalSize: true,
    named: [`${kept}/hash`],
    change: run(0, ["HSET", "hash", "field 7", "value 8"]),
  },
  {
    name: "redis-score",
    what: "a member of a sorted set has another score",
    cause: "data-altered",
    check: "inventory: content",
    named: [`${kept}/zset`],
    change: run(0, ["ZINCRBY", "zset", "1", "m 0"]),
  },
  {
    name: "redis-group",
    what: "a consumer group of a stream stands elsewhere",
    cause: "data-altered",
    check: "inventory: content",
    equalSize: true,
    named: [`${kept}/stream`],
    change: run(0, ["XGROUP", "SETID", "stream", "group", "0"]),
  },
  {
    name: "redis-expired-early",
    what: "a key that was to stay for another day has gone",
    cause: "data-missing",
    check: "inventory: due",
    only: true,
    named: [`${kept}/string`],
    change: ({ redis }, random) => redis.del(`later:${random.below(5)}`),
  },
  {
    name: "redis-database",
    what: "a database that nobody made holds a key",
    cause: "data-extra",
    check: "inventory: count",
    named: ["redis: keys: database/9/string"],
    change: run(9, ["SET", "k", "v"]),
  },
  {
    name: "redis-database-gone",
    what: "a whole database is empty",
    cause: "data-missing",
    check: "inventory: count",
    named: ["redis: keys: database/7/string"],
    change: run(7, ["FLUSHDB"]),
  },
  {
    name: "redis-function",
    what: "a library of functions is gone",
    cause: "data-missing",
    check: "inventory: missing",
    only: true,
    named: ["redis: functions: library/lib"],
    change: run(0, ["FUNCTION", "DELETE", "lib"]),
  },
  {
    name: "redis-user",
    what: "a user may more than before",
    cause: "data-altered",
    check: "inventory: options",
    only: true,
    named: ["redis: users: user/report"],
    change: run(0, ["ACL", "SETUSER", "report", "+set"]),
  },
];

/** Redis: keys of each type, odd and Arabic names, several databases, functions, users, keys that expire. */
export const redisSubject: StoreSubject<Client> = {
  store: "redis",
  populate: async (client) => {
    await run(
      0,
      ["MSET", ...many(50, (index) => [`سلة:${index}`, `value ${index}`.padEnd(20, ".")])],
      ["SET", "a/b.c$d e", "\u0000bytes"],
      ["RPUSH", "list", ...many(1_200, (index) => [`item ${index}`])],
      ["SADD", "set", ...many(2_000, (index) => [`member ${index}`])],
      ["HSET", "hash", ...many(1_000, (index) => [`field ${index}`, `value ${index}`])],
      ["ZADD", "zset", ...many(300, (index) => [String(index / 3), `m ${index}`])],
      ["XADD", "stream", "1-1", "a", "1"],
      ["XADD", "stream", "1-2", "a", "2"],
      ["XGROUP", "CREATE", "stream", "group", "1-1"],
      ...Array.from({ length: 80 }, (_, index) => [
        "SET",
        `soon:${index}`,
        "x",
        "PX",
        String(30_000 * (index + 1)),
      ]),
      ...Array.from({ length: 5 }, (_, index) => ["SET", `later:${index}`, "x", "PX", String(day + index)]),
      ["FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 1 end)"],
      ["ACL", "SETUSER", "report", "on", "~r:*", "+get", ">a-password-of-somebody"],
      ["ACL", "SAVE"],
    )(client);
    await run(7, ["SET", "other", "database"])(client);
  },
  faults,
};
