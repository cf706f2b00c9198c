import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { RedisClientType } from "redis";
import { usualLimits } from "../../../../catalog/inventory/inventory.ts";
import { redis } from "../../../../catalog/redis/redis.ts";
import { waitUntil } from "../../../../contract/wait-until.ts";
import { docker } from "../../../../local/images/docker.ts";
import { localImage } from "../../../../local/images/local-image.ts";
import { redisImage } from "../../../../local/images/redis/image.ts";
import { IsolatedStore } from "../../../../recovery/agent/restore/isolated-store.ts";
import { ProofFiles } from "../../../../recovery/proof/proof-files.ts";
import { openStoreAt, type Store } from "../../../../recovery/stores/store.ts";
import { silentProgress } from "../../../../workstation/progress.ts";
import { StoreContainers } from "../../../catalog/support/store-container.ts";
import { point, ProofFixture } from "../../proof/proof-fixture.ts";

const secrets = { password: "Password_0123456789", "app-password": "App-Password_0123456789" };
const child = { self: [process.execPath, join(import.meta.dirname, "../../../../recovery/agent/main.ts")] };
const image = (await localImage(redisImage, silentProgress)).reference;
const containers = await StoreContainers.open("isolated-redis");
const fixture = new ProofFixture(redis, image, secrets);
const given = mkdtempSync(join(tmpdir(), "kaleem-isolated-"));
after(async () => {
  fixture.remove();
  rmSync(given, { recursive: true, force: true });
  await containers.remove();
});

test("a Redis on restored directories is reached by the agent alone, tells what it holds, and leaves nothing but its files", async () => {
  const volume = await containers.volume();
  const live = await containers.create(redis, image, volume, secrets);
  await live.start();
  await live.use(async (open) => {
    await redis.recovery.setup(open);
    await redis.recovery.canary.write(open, point);
    for (let index = 0; index < 50; index += 1)
      await (open as { readonly redis: RedisClientType }).redis.set(`key:${index}`, "v");
  });
  await delay(1_500);
  await fixture.take(live, volume);
  const base = fixture.ports();
  const isolated = new IsolatedStore(redis, {
    docker: fixture.docker,
    unlock: (store, id, own) => base.storePorts.unlock(store, id, own),
    open: (service, container, own) => openStoreAt(service, container, child, own),
    files: new ProofFiles({
      point: given,
      indexes: [],
      clone: join(given, "given"),
      given: join(given, "given"),
    }),
    live: dirname(fixture.copy),
  });
  const start = await base.startOf(redis);
  await isolated.start(start);
  const ask = <Value>(question: (store: Store) => Promise<Value>) => isolated.ask(start, question);
  await waitUntil(() => ask((store) => store.resetUsers().then(() => true)).catch(() => false), {
    limitMs: 60_000,
    everyMs: 200,
  });
  const container = await isolated.running();
  assert.ok(container);
  const networks = await docker(["inspect", "--format", "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}", container.id]); // prettier-ignore
  assert.equal(networks.trim(), "none");
  assert.equal(await ask((store) => store.readCanary()), point);
  const { coverage } = await ask((store) => store.inventory(usualLimits));
  assert.ok(coverage.of >= 50, `it tells of ${coverage.of} items`);
  await isolated.stop();
  assert.deepEqual(await fixture.docker.aloneWith("kaleem.restored.redis"), []);
  // Ended as by any stop, it comes back with all that it held.
  await isolated.start(start);
  await waitUntil(
    () => ask((store) => store.readCanary().then((mark) => mark === point)).catch(() => false),
    {
      limitMs: 60_000,
      everyMs: 200,
    },
  );
  await isolated.stop();
});
