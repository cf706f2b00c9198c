import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { QdrantClient } from "../../../catalog/qdrant/qdrant-client.ts";
import { qdrant } from "../../../catalog/qdrant/qdrant.ts";
import { qdrantRecovery } from "../../../catalog/qdrant/recovery.ts";
import { docker } from "../../../local/images/docker.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { qdrantImage } from "../../../local/images/qdrant/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { ordersIn } from "../app/records-in.ts";
import { StoreContainers, type StoreContainer } from "../../catalog/support/store-container.ts";

const key = "Api.Key-0123456789-live";
const vector = Array.from({ length: 64 }, (_, index) => index + 1);
const former = "Former.Key-0123456789-live";
const secrets = { "api-key": key, "former-api-key": former };
const containers = await StoreContainers.open("qdrant");
let image = "";
let volume = "";
let store: StoreContainer;
/** Of a copy of its files. */
let restored: StoreContainer;

before(async () => {
  image = (await localImage(qdrantImage, silentProgress)).reference;
  volume = await containers.volume();
  store = await containers.create(qdrant, image, volume, secrets);
  await store.start();
});
after(() => containers.remove());

async function clientOf(container: StoreContainer): Promise<QdrantClient> {
  return qdrantRecovery.connect({ host: await container.address(), secrets });
}

async function countOrders(client: QdrantClient): Promise<number> {
  const answer = await client.ask("POST", "/collections/orders/points/count", { body: { exact: true } });
  return (answer as { count: number }).count;
}

const order = (seq: number) => ({
  id: randomUUID(),
  customer: "c",
  item: "i",
  quantity: 1,
  seq,
  createdAt: "t",
});
const put = (client: QdrantClient, payload: ReturnType<typeof order>): Promise<unknown> =>
  client.ask("PUT", "/collections/orders/points?wait=true&ordering=strong", {
    body: { points: [{ id: payload.id, vector, payload }] },
  });

/** Writes orders one after the other until one is refused; gives those that were acknowledged. */
async function writeUntilRefused(client: QdrantClient): Promise<Map<string, unknown>> {
  const acknowledged = new Map<string, unknown>();
  for (let seq = 0; ; seq++) {
    const payload = order(seq);
    try {
      await put(client, payload);
    } catch {
      return acknowledged;
    }
    acknowledged.set(payload.id, payload);
  }
}

test("the right key and the former one are taken; a wrong one and none are refused, and health fails on another", async () => {
  const client = await clientOf(store);
  await qdrantRecovery.setup(client);
  // As an application makes its own.
  await client.ask("PUT", "/collections/orders", { body: { vectors: { size: 64, distance: "Cosine" } } });
  const host = await store.address();
  const taken = [key, former, "wrong"].map(async (each) =>
    qdrantRecovery.accepts?.({ host, secrets: {} }, "api-key", each),
  );
  assert.deepEqual(await Promise.all(taken), [true, true, false]);
  for (const wrong of [{ "api-key": "wrong" }, {}])
    await assert.rejects(qdrantRecovery.connect({ host, secrets: wrong }), /answered with 401/);
  const metrics = await fetch(`http://${host}:${qdrant.ports["metrics"] ?? 0}/metrics`);
  assert.match(await metrics.text(), /^collections_total 2$/m);
  await store.putSecrets({ "api-key": "another" });
  assert.equal(await store.isHealthy(), false);
  await store.putSecrets(secrets);
  assert.equal(await store.isHealthy(), true);
});

test("the key is on no command line, in no environment and not in what Docker shows", async () => {
  const inspected = await docker(["inspect", store.id]);
  for (const secret of [key, former]) assert.ok(!inspected.includes(secret));
  const seen = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\\0' '\\n'";
  const processes = await docker(["exec", "--user", qdrant.user, store.id, "bash", "-c", seen]);
  for (const secret of [key, former]) assert.ok(!processes.includes(secret));
});

test("kill -9 under load loses nothing that was acknowledged; the canary is there too", async () => {
  const client = await clientOf(store);
  await qdrantRecovery.canary.write(client, "mark-1");
  const writing = writeUntilRefused(client);
  await delay(1_000);
  await docker(["kill", store.id]);
  const acknowledged = await writing;
  assert.ok(acknowledged.size > 20, String(acknowledged.size));
  await store.start();
  const again = await clientOf(store);
  assert.deepEqual(await ordersIn.qdrant(again, [...acknowledged.keys()]), acknowledged);
  assert.equal(await qdrantRecovery.canary.read(again), "mark-1");
  const orders = await countOrders(again);
  // One more may have been on disk before its answer was sent.
  assert.ok(orders === acknowledged.size || orders === acknowledged.size + 1, String(orders));
});

test("a copy of its files taken while paused holds what was acknowledged before, and starts", async () => {
  const client = await clientOf(store);
  const before = order(1);
  await put(client, before);
  await qdrantRecovery.canary.write(client, "mark-2");
  await docker(["pause", store.id]);
  const copy = await containers.copyOf(volume);
  await docker(["unpause", store.id]);
  const later = order(2);
  await put(client, later);
  restored = await containers.create(qdrant, image, copy, secrets);
  await restored.start();
  const there = await clientOf(restored);
  const found = await ordersIn.qdrant(there, [before.id, later.id]);
  assert.deepEqual([...found], [[before.id, before]]);
  assert.equal(await qdrantRecovery.canary.read(there), "mark-2");
  await qdrantRecovery.resetUsers(there);
});

test("a snapshot of one server goes into another with its checksum, and is refused with a wrong one", async () => {
  const from = `http://${await store.address()}:6333/collections/orders`;
  const into = `http://${await restored.address()}:6333/collections/orders`;
  const headers = { "api-key": key };
  const made = (await (await fetch(`${from}/snapshots`, { method: "POST", headers })).json()) as {
    result: { name: string; checksum: string };
  };
  const { name, checksum } = made.result;
  const content = await (await fetch(`${from}/snapshots/${name}`, { headers })).blob();
  const upload = async (sum: string) => {
    const body = new FormData();
    body.append("snapshot", content, name);
    const url = `${into}/snapshots/upload?priority=snapshot&checksum=${sum}&wait=true`;
    return (await fetch(url, { method: "POST", headers, body })).status;
  };
  assert.equal(await upload("0".repeat(64)), 400);
  assert.equal(await upload(checksum), 200);
  const count = async (from: StoreContainer) => countOrders(await clientOf(from));
  assert.deepEqual(await count(restored), await count(store));
});

test("obeys SIGTERM", async () => {
  await docker(["stop", "--time", "60", store.id]);
  assert.equal(await docker(["inspect", "--format", "{{.State.ExitCode}}", store.id]), "0");
});

for (const empty of ["api-key", "former-api-key"])
  test(`does not start while ${empty} is empty, since Qdrant would be open to all`, async () => {
    const { id } = await containers.create(qdrant, image, await containers.volume(), {
      ...secrets,
      [empty]: "",
    });
    await assert.rejects(
      docker(["start", "--attach", id]),
      new RegExp(`qdrant: /run/secrets/${empty} is empty; set qdrant-${empty} in the stack configuration`),
    );
    assert.equal(await docker(["inspect", "--format", "{{.State.ExitCode}}", id]), "1");
  });
