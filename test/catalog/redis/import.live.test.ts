import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RedisClientType } from "redis";
import { redis as definition } from "../../../catalog/redis/redis.ts";
import { docker } from "../../../local/images/docker.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { redisImage } from "../../../local/images/redis/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { ImportTrial } from "../support/import-trial.ts";
import { StoreContainers, type StoreContainer } from "../support/store-container.ts";

const sample = new URL("../../fixtures/imports/dump.rdb", import.meta.url).pathname;
const secrets = { password: "Password-of-default-1", "app-password": "Password-of-app-1" };
const containers = await StoreContainers.open("redis-import");
const folder = mkdtempSync(join(tmpdir(), "kaleem-dumps-"));
let store: StoreContainer;
let trial: ImportTrial;
before(async () => {
  const image = (await localImage(redisImage, silentProgress)).reference;
  store = await containers.create(definition, image, await containers.volume(), secrets);
  await store.start();
  await store.use(async (client) => {
    await definition.recovery.setup(client);
    await definition.recovery.canary.write(client, "mark");
  });
  trial = new ImportTrial(definition, store, secrets);
});
after(async () => {
  await containers.remove();
  rmSync(folder, { recursive: true });
});

const ask = (...command: string[]): Promise<unknown> =>
  store.use(async (client) => {
    const { redis } = client as { redis: RedisClientType };
    return redis.sendCommand(command);
  });

test("a file that Redis saved is loaded, each key of its type, its value and its expiry", async () => {
  const source = await trial.read(sample);
  assert.deepEqual(await trial.judge(source), []);
  await ask("SET", "before", "goes");
  assert.deepEqual(await trial.load(source, sample), []);
  assert.equal(await ask("GET", "before"), null);
  assert.match(String(await ask("HGETALL", "customer:c1")), /[\u0600-\u06ff]/);
  assert.equal(Number(await ask("PEXPIRETIME", "session:1")), 1798628550330);
  assert.equal(await store.use((client) => definition.recovery.canary.read(client)), "mark");
});

test("what was loaded survives a restart", async () => {
  const source = await trial.read(sample);
  await docker(["stop", store.id]);
  await store.start();
  assert.deepEqual(await trial.differences(source), []);
});

test("what is dumped here can be imported again, and a dump leaves nothing in the store's directory", async () => {
  await ask("SADD", "more", "one", "two");
  const path = await trial.dump(folder);
  assert.doesNotMatch(await docker(["exec", store.id, "ls", "/data"]), /rdb$/m);
  const source = await trial.read(path);
  await ask("DEL", "more");
  assert.deepEqual(await trial.load(source, path), []);
  assert.equal(Number(await ask("SCARD", "more")), 2);
});

test("a file of a newer format, of a database too many, or too large for this server is refused in words", async () => {
  const source = await trial.read(sample);
  const newer = { ...source, facts: { ...source.facts, format: 999 } };
  assert.match(
    (await trial.judge(newer)).join(),
    /^redis: dump\.rdb is of a newer Redis: its format is 999, /,
  );
  assert.match(
    (await trial.judge({ ...source, parts: ["0", "16"] })).join(),
    /holds the database 16, and this/,
  );
  await ask("CONFIG", "SET", "maxmemory", String(10_000_000));
  const large = { ...source, facts: { ...source.facts, memory: 20_000_000 } };
  assert.match((await trial.judge(large)).join(), /took 20000000 bytes of memory where it was written/);
});
