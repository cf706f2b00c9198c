import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { RedisClientType } from "redis";
import { redis as definition } from "../../../catalog/redis/redis.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { redisImage } from "../../../local/images/redis/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { compareInventories } from "../../../recovery/proof/compare-inventories.ts";
import { take, tryInventory } from "../support/inventory-trial.ts";
import { StoreContainers } from "../support/store-container.ts";

type Client = { readonly redis: RedisClientType };

const secrets = { password: "Password_0123456789", "app-password": "App-Password_0123456789" };
const containers = await StoreContainers.open("redis-inventory");
after(() => containers.remove());

/** Runs commands one after the other in a database. */
const run =
  (database: number, ...commands: readonly (readonly string[])[]) =>
  async ({ redis }: Client): Promise<void> => {
    await redis.sendCommand(["SELECT", String(database)]);
    for (const command of commands) await redis.sendCommand(command);
    await redis.sendCommand(["SELECT", "0"]);
  };
const many = (count: number, part: (index: number) => readonly string[]) =>
  Array.from({ length: count }, (_, index) => part(index)).flat();

const populate = async (client: Client): Promise<void> => {
  await run(
    0,
    ["SET", "سلة:1", "٣"],
    ["SET", "a/b.c$d e", "\u0000bytes"],
    ["RPUSH", "list", ...many(1_200, (index) => [`item ${index}`])],
    ["SADD", "set", ...many(2_000, (index) => [`member ${index}`])],
    ["HSET", "hash", ...many(1_000, (index) => [`field ${index}`, `value ${index}`])],
    ["ZADD", "zset", ...many(300, (index) => [String(index / 3), `m ${index}`])],
    ["HSET", "session", "user", "1", "token", "t"],
    ["HPEXPIRE", "session", "86400000", "FIELDS", "1", "token"],
    ["XADD", "stream", "1-1", "a", "1"],
    ["XADD", "stream", "1-2", "a", "2"],
    ["XGROUP", "CREATE", "stream", "group", "1-1"],
    ["SET", "soon", "x", "PX", "20000"],
    ["SET", "later", "x", "PX", "86400000"],
    ["FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 1 end)"],
    ["ACL", "SETUSER", "report", "on", "~r:*", "+get", ">a-password-of-somebody"],
    ["ACL", "SAVE"],
  )(client);
  await run(7, ["SET", "other", "database"])(client);
};

test("all of Redis: odd names, every type, several databases; untouched after a crash; each alteration by its name", async () => {
  const image = (await localImage(redisImage, silentProgress)).reference;
  const kept = "redis: keys: database/0/";
  const { wanted, store } = await tryInventory<Client>({
    definition,
    containers,
    image,
    secrets,
    populate,
    alterations: [
      {
        what: "a key is gone",
        change: run(0, ["RENAME", "سلة:1", "x"]),
        undo: run(0, ["RENAME", "x", "سلة:1"]),
        named: [`${kept}string`],
      },
      {
        what: "equal count and size",
        change: run(0, ["SET", "سلة:1", "٤"]),
        undo: run(0, ["SET", "سلة:1", "٣"]),
        named: [`${kept}string`],
      },
      {
        what: "order in a list",
        change: run(0, ["LSET", "list", "0", "item 1"], ["LSET", "list", "1", "item 0"]),
        undo: run(0, ["LSET", "list", "0", "item 0"], ["LSET", "list", "1", "item 1"]),
        named: [`${kept}list`],
      },
      {
        what: "a member",
        change: run(0, ["SREM", "set", "member 7"]),
        undo: run(0, ["SADD", "set", "member 7"]),
        named: [`${kept}set`],
      },
      {
        what: "a field",
        change: run(0, ["HSET", "hash", "field 7", "value 8"]),
        undo: run(0, ["HSET", "hash", "field 7", "value 7"]),
        named: [`${kept}hash`],
      },
      {
        what: "a score",
        change: run(0, ["ZINCRBY", "zset", "1", "m 0"]),
        undo: run(0, ["ZINCRBY", "zset", "-1", "m 0"]),
        named: [`${kept}zset`],
      },
      {
        what: "a group's place",
        change: run(0, ["XGROUP", "SETID", "stream", "group", "0"]),
        undo: run(0, ["XGROUP", "SETID", "stream", "group", "1-1"]),
        named: [`${kept}stream`],
      },
      {
        what: "an expiring key that is not due",
        change: run(0, ["RENAME", "later", "x"]),
        undo: run(0, ["RENAME", "x", "later"]),
        named: [`${kept}string`],
      },
    ],
  });
  await store.use(async (client) => {
    while ((await (client as Client).redis.exists("soon")) > 0) await delay(200);
  });
  const found = await take({ definition }, store);
  const { findings, tolerated } = compareInventories(wanted, found);
  assert.deepEqual(
    [findings, tolerated],
    [[], [`${kept}string: 1 gone by themselves, as due: keys with an expiry`]],
  );
  const text = JSON.stringify(wanted);
  assert.ok(!text.includes("a-password-of-somebody") && !/#[0-9a-f]{64}/.test(text));
  assert.deepEqual(wanted.entries["user/report"]?.options, {
    rules: wanted.entries["user/report"]?.options?.["rules"] ?? "",
  });
  for (const [change, name] of [
    [run(0, ["HSET", "session", "token", "u"]), "redis: fields: database/0/hash/fields"],
    [run(7, ["DEL", "other"]), "redis: keys: database/7/string"],
    [run(9, ["SET", "k", "v"]), "redis: keys: database/9/string"],
    [run(0, ["FUNCTION", "DELETE", "lib"]), "redis: functions: library/lib"],
    [run(0, ["ACL", "SETUSER", "report", "+set"]), "redis: users: user/report"],
    [run(0, ["PERSIST", "later"]), "redis: keys: database/0/string"],
  ] as const) {
    await store.use((client) => change(client as Client));
    const names = compareInventories(wanted, await take({ definition }, store)).findings.map(
      (one) => one.name,
    );
    assert.ok(names.includes(name), `${name} is not among ${names.join(", ")}`);
  }
});

test("a store beyond the limits is told by a sample, the same in both inventories, and says so", async () => {
  const image = (await localImage(redisImage, silentProgress)).reference;
  const store = await containers.create(definition, image, await containers.volume(), secrets);
  await store.start();
  await store.use(async (client) => {
    const { redis } = client as Client;
    for (let index = 0; index < 4_000; index += 1) void redis.set(`key:${index}`, "v".repeat(1_000));
    await redis.ping();
  });
  const wanted = await take({ definition }, store, { bytes: 500_000 });
  const { digest, count } = wanted.entries["database/0/string"] ?? {};
  assert.equal(count, 4_000);
  assert.ok(typeof digest?.sample === "object" && "oneIn" in digest.sample && digest.sample.oneIn >= 8);
  assert.ok(digest.hashed > 100 && digest.hashed < (4_000 / digest.sample.oneIn) * 1.5, `${digest.hashed}`);
  assert.ok(digest.bytes <= 500_000 && wanted.coverage.sampled);
  const again = compareInventories(wanted, await take({ definition }, store, { like: wanted }));
  assert.deepEqual(again.findings, []);
  assert.match(again.notCovered.join(), /content covered in part: \d+ of 4000 items/);
});
