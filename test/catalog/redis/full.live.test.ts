import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { RedisClientType } from "redis";
import { redis } from "../../../catalog/redis/redis.ts";
import { docker } from "../../../local/images/docker.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { redisImage } from "../../../local/images/redis/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { StoreContainers } from "../support/store-container.ts";

const secrets = { password: "Password_0123456789", "app-password": "App-Password_0123456789" };
const containers = await StoreContainers.open("redis-full");
after(() => containers.remove());

/** Writes until it is refused, and gives the refusal. */
async function fill(client: RedisClientType, prefix: string): Promise<string> {
  const value = "v".repeat(100_000);
  for (let index = 0; index < 10_000; index += 50) {
    const writes = Array.from({ length: 50 }, (_, at) => client.set(`${prefix}:${index + at}`, value));
    const refused = (await Promise.allSettled(writes)).find((one) => one.status === "rejected");
    if (refused?.status === "rejected") return String(refused.reason);
  }
  return assert.fail("it took everything");
}

test("a full Redis refuses writes and lives: reads, a canary for a point, and writes when there is room again", async () => {
  const image = (await localImage(redisImage, silentProgress)).reference;
  const store = await containers.create(redis, image, await containers.volume(), secrets, {}, "128MiB");
  await store.start();
  await store.use(async (client) => {
    await redis.recovery.setup(client);
    const { redis: connection } = client as { redis: RedisClientType };
    assert.match(await fill(connection, "order"), /OOM command not allowed when used memory > 'maxmemory'/);
    assert.equal((await connection.get("order:1"))?.length, 100_000);
    // A rewrite of the log while it is full, and what is written during it: the time at which Redis needs the most.
    await connection.sendCommand(["BGREWRITEAOF"]);
    await redis.recovery.canary.write(client, "while-full");
    assert.equal(await redis.recovery.canary.read(client), "while-full");
    assert.match(await fill(connection, "more"), /OOM/);
    await connection.del(Array.from({ length: 200 }, (_, index) => `order:${index}`));
    assert.equal(await connection.set("order:new", "1"), "OK");
  });
  const state = await docker([
    "inspect",
    "--format",
    "{{.State.OOMKilled}} {{.RestartCount}} {{.State.Running}}",
    store.id,
  ]);
  assert.equal(state, "false 0 true");
});

test("Redis that is told to refuse writes goes on reading, takes a canary and what makes room, and writes again as before", async () => {
  const image = (await localImage(redisImage, silentProgress)).reference;
  const store = await containers.create(redis, image, await containers.volume(), secrets, {}, "128MiB");
  await store.start();
  const { writes, canary } = redis.recovery;
  assert.ok(writes);
  await store.use(async (client) => {
    await redis.recovery.setup(client);
    const { redis: connection } = client as { redis: RedisClientType };
    const limit = async () => (await connection.sendCommand(["CONFIG", "GET", "maxmemory"])) as unknown;
    const before = await limit();
    await connection.set("order:1", "one");
    const kept = await writes.refuse(client);
    assert.equal(kept, String(64 * 2 ** 20));
    assert.equal(await writes.refuse(client), null, "a second time changes nothing");
    await assert.rejects(connection.set("order:2", "two"), /OOM command not allowed/);
    assert.equal(await connection.get("order:1"), "one");
    assert.equal(await connection.del("order:1"), 1);
    await canary.write(client, "while-refusing");
    assert.equal(await canary.read(client), "while-refusing");
    await assert.rejects(writes.allow(client, null), /its former maxmemory is not known/);
    await writes.allow(client, kept);
    assert.deepEqual(await limit(), before);
    assert.equal(await connection.set("order:2", "two"), "OK");
    await writes.allow(client, null);
    assert.deepEqual(await limit(), before, "one that was started anew is left as it is");
  });
});
