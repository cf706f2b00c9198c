import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { MongoClient } from "mongodb";
import type { RedisClientType } from "redis";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { usualLimits, type Inventory } from "../../../catalog/inventory/inventory.ts";
import type { SignedCalls } from "../../../catalog/minio/signed-calls.ts";
import { minio } from "../../../catalog/minio/minio.ts";
import { mongo } from "../../../catalog/mongo/mongo.ts";
import { qdrant } from "../../../catalog/qdrant/qdrant.ts";
import type { QdrantClient } from "../../../catalog/qdrant/qdrant-client.ts";
import type { ManagementApi } from "../../../catalog/rabbitmq/management-api.ts";
import { rabbitmq } from "../../../catalog/rabbitmq/rabbitmq.ts";
import { redis } from "../../../catalog/redis/redis.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import type { ImageRecipe } from "../../../local/images/recipe.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { minioImage } from "../../../local/images/minio/image.ts";
import { mongoImage } from "../../../local/images/mongo/image.ts";
import { qdrantImage } from "../../../local/images/qdrant/image.ts";
import { rabbitmqImage } from "../../../local/images/rabbitmq/image.ts";
import { redisImage } from "../../../local/images/redis/image.ts";
import { docker } from "../../../local/images/docker.ts";
import type { DumpedContent } from "../../../recovery/dumps/dump-manifest.ts";
import { dumpsHost } from "../../../recovery/dumps/dump-tags.ts";
import { readDump } from "../../../recovery/dumps/read-dump.ts";
import { compareInventories } from "../../../recovery/proof/compare-inventories.ts";
import { Restic } from "../../../recovery/restic/restic.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { ImportTrial } from "../../catalog/support/import-trial.ts";
import { StoreContainers, type StoreContainer } from "../../catalog/support/store-container.ts";
import { presentRestic } from "../restic/present-restic.ts";

/** A store with something in it. */
interface Case {
  readonly definition: StatefulDefinition;
  readonly image: ImageRecipe;
  readonly secrets: Readonly<Record<string, string>>;
  fill(client: unknown): Promise<unknown>;
}

const long = "-Password_0123456789";
const cases: readonly Case[] = [
  {
    definition: redis,
    image: redisImage,
    secrets: { password: `Default${long}`, "app-password": `App${long}` },
    fill: async (client) => {
      const { redis: connection } = client as { redis: RedisClientType };
      for (let count = 0; count < 500; count += 1) await connection.set(`key:${count}`, "قيمة".repeat(count));
      await connection.sendCommand(["HSET", "a hash", "field", "value"]);
    },
  },
  {
    definition: mongo,
    image: mongoImage,
    secrets: {
      ...{ "root-password": `Root${long}`, "app-password": `App${long}`, keyfile: "k".repeat(100) },
      ...{ "backup-password": 'Backup"Password-1', "restore-password": `Restore${long}` },
    },
    fill: async (client) => {
      const connection = await (client as { root: () => Promise<MongoClient> }).root();
      const orders = connection.db("kaleem").collection("orders");
      await orders.insertMany(Array.from({ length: 2_000 }, (_, seq) => ({ seq, name: "طلب" })));
      await orders.createIndex({ seq: 1 }, { unique: true });
    },
  },
  {
    definition: rabbitmq,
    image: rabbitmqImage,
    secrets: {
      "admin-password": `Admin${long}`,
      "app-password": `App${long}`,
      "erlang-cookie": `Cookie${long}`,
    },
    fill: async (client) => {
      const { api } = client as { api: ManagementApi };
      const own = { durable: true, auto_delete: false, arguments: {} };
      await api.post("definitions", {
        vhosts: [{ name: "shop" }],
        queues: [{ ...own, name: "more orders", vhost: "shop", type: "classic" }],
        exchanges: [{ ...own, name: "events", vhost: "shop", type: "topic", internal: false }],
      });
    },
  },
  {
    definition: qdrant,
    image: qdrantImage,
    secrets: { "api-key": `Key${long}`, "former-api-key": `Former${long}` },
    fill: async (client) => {
      const connection = client as QdrantClient;
      const points = Array.from({ length: 200 }, (_, id) => ({ id, vector: [1, id, 0, 1], payload: { id } }));
      await connection.ask("PUT", "/collections/things", {
        body: { vectors: { size: 4, distance: "Cosine" } },
      });
      await connection.ask("PUT", "/collections/things/points?wait=true", { body: { points } });
      const actions = [{ create_alias: { alias_name: "latest", collection_name: "things" } }];
      await connection.ask("POST", "/collections/aliases", { body: { actions } });
    },
  },
  {
    definition: minio,
    image: minioImage,
    secrets: { "root-password": `Root${long}`, "app-password": `App${long}` },
    fill: async (client) => {
      const { call } = client as { call: SignedCalls };
      await call("/invoices", { method: "PUT" });
      for (let count = 0; count < 20; count += 1)
        await call(`/invoices/2026/${count}%20${encodeURIComponent("فاتورة")}.pdf`, {
          method: "PUT",
          body: `${count}`,
        });
    },
  },
];

const containers = await StoreContainers.open("dumps");
const folder = mkdtempSync(join(tmpdir(), "kaleem-dumps-"));
let restic: Restic;
before(async () => {
  await presentRestic(folder);
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, "test-password");
  restic = new Restic({ url: join(folder, "repository"), passwordFile }, null, join(folder, "cache"));
  await restic.init();
});
after(async () => {
  await containers.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function start({ definition, image, secrets }: Case): Promise<StoreContainer> {
  const { reference } = await localImage(image, silentProgress);
  const store = await containers.create(definition, reference, await containers.volume(), secrets);
  await store.start();
  await store.use((client) => definition.recovery.setup(client));
  // The users that points log in as are there from then on.
  await store.use((client) => definition.recovery.canary.write(client, "20261201T000000Z-0000"));
  return store;
}

/** Dumps as the agent does: restic starts the program that writes the dump, and reads it on its way. */
async function dump({ definition, secrets }: Case, store: StoreContainer): Promise<DumpedContent> {
  const { name } = definition;
  const [secretsFile, outcomeFile] = [join(folder, `${name}.secrets`), join(folder, `${name}.outcome`)];
  writeFileSync(secretsFile, JSON.stringify(secrets), { mode: 0o600 });
  const program = join(import.meta.dirname, "dump-container.ts");
  const command = [
    process.execPath,
    program,
    name,
    store.id,
    await store.address(),
    secretsFile,
    outcomeFile,
  ];
  const suffix = definition.recovery.portable?.dump?.file.suffix ?? "";
  await restic.backupOutput({ command, file: `${name}${suffix}` }, dumpsHost("live"), [`of:${name}`]);
  return JSON.parse(readFileSync(outcomeFile, "utf8")) as DumpedContent;
}

function inventoryOf({ definition }: Case, store: StoreContainer, like?: Inventory): Promise<Inventory> {
  const request = { ...usualLimits, ...(like === undefined ? {} : { like }) };
  return store.use((client) => definition.recovery.inventory(client, request));
}

/** What no dump holds by its nature, or is set anew by every start. */
const notDumped: Readonly<Record<string, RegExp>> = { minio: /settings|content type/ };

describe("a dump that restic keeps, loaded into an empty store", { concurrency: true }, () => {
  for (const one of cases) {
    const { name } = one.definition;
    it(`gives ${name} what it held`, async () => {
      const [full, empty] = await Promise.all([start(one), start(one)]);
      await full.use((client) => one.fill(client));
      const content = await dump(one, full);
      const snapshots = await restic.snapshots(dumpsHost("live"));
      const snapshot = snapshots.find(({ tags }) => tags.includes(`of:${name}`));
      assert.ok(snapshot);
      assert.equal(snapshot.bytes, content.bytes);
      const target = join(folder, `loaded-${name}`);
      await restic.restore(snapshot.id, target);
      const file = snapshot.paths[0]?.slice(1) ?? "";
      const ids = {
        id: "20261201T000000Z-x",
        source: name,
        lineage: "live",
        instant: "2026-12-01T00:00:00.000Z",
      };
      const source = await readDump({ version: 1, ...ids, file, content }, join(target, file), {
        ...{ rename: {}, withoutUsers: false },
      });
      const trial = new ImportTrial(one.definition, empty, one.secrets);
      assert.deepEqual(await trial.judge(source), []);
      assert.deepEqual(await trial.load(source, join(target, file)), []);
      const held = await inventoryOf(one, full);
      const { findings } = compareInventories(held, await inventoryOf(one, empty, held));
      assert.deepEqual(
        findings.filter(({ name: found }) => notDumped[name]?.test(found) !== true),
        [],
      );
    });
  }
});

it("a store that is gone makes no snapshot, and says so", async () => {
  const [one] = cases;
  assert.ok(one);
  const store = await start(one);
  const before = (await restic.snapshots()).length;
  await docker(["kill", store.id]);
  await assert.rejects(dump(one, store), (error: unknown) => {
    assert.ok(error instanceof RecoveryError);
    assert.notEqual(error.exitCode, exitCodes.ok);
    return true;
  });
  assert.equal((await restic.snapshots()).length, before);
});
