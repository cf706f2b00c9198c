import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { minio } from "../../../catalog/minio/minio.ts";
import { mongo } from "../../../catalog/mongo/mongo.ts";
import { qdrant } from "../../../catalog/qdrant/qdrant.ts";
import { rabbitmq } from "../../../catalog/rabbitmq/rabbitmq.ts";
import { redis } from "../../../catalog/redis/redis.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { minioImage } from "../../../local/images/minio/image.ts";
import { mongoImage } from "../../../local/images/mongo/image.ts";
import { qdrantImage } from "../../../local/images/qdrant/image.ts";
import { rabbitmqImage } from "../../../local/images/rabbitmq/image.ts";
import type { ImageRecipe } from "../../../local/images/recipe.ts";
import { redisImage } from "../../../local/images/redis/image.ts";
import { terminalProgress } from "../../../workstation/progress.ts";
import { StoreContainers } from "../../catalog/support/store-container.ts";
import type { StoreContainer } from "../../catalog/support/store-container.ts";

/** A store in a container of its own, as its definition starts it. */
export interface LiveStore {
  readonly container: StoreContainer;
  /** Where the applications reach it on the loopback; the same at every start. */
  readonly port: number;
  readonly definition: StatefulDefinition;
}

/** The stores, with the applications' users and all else that the agent's `setup` makes; `stop` removes all of it. */
export interface LiveStores extends Readonly<Record<LiveStoreName, LiveStore>> {
  /** Folder with a file for each secret of the applications, named as under /run/secrets. */
  readonly secrets: string;
  stop(): Promise<void>;
}

export type LiveStoreName = keyof typeof recipes;

const recipes = {
  mongo: { definition: mongo, image: mongoImage },
  redis: { definition: redis, image: redisImage },
  qdrant: { definition: qdrant, image: qdrantImage },
  rabbitmq: { definition: rabbitmq, image: rabbitmqImage },
  minio: { definition: minio, image: minioImage },
} as const satisfies Readonly<Record<string, { definition: StatefulDefinition; image: ImageRecipe }>>;

/** The names of all stores, in the order in which an order reaches them. */
export const liveStoreNames = Object.keys(recipes) as readonly LiveStoreName[];

/** By store, then by name in its task or its `userSecrets`. Awkward where an engine has no say in it. */
const secretsOf = {
  mongo: {
    "root-password": "root pass word",
    keyfile: "k".repeat(100),
    "app-password": "app-pass/word",
    "backup-password": "backup-pass&word",
    "restore-password": "restore-pass?word",
  },
  redis: { password: "redis-pass%word", "app-password": "redis-app-pass/word" },
  qdrant: { "api-key": "qdrant-key=word", "former-api-key": "qdrant-former-key=word" },
  rabbitmq: {
    "admin-password": "rabbit-admin-pass/word",
    "app-password": "rabbit-app-pass%word",
    "erlang-cookie": "rabbit-Cookie_word",
  },
  minio: { "root-password": "minio-root-pass+word", "app-password": "minio-app-pass/word" },
} as const satisfies Readonly<Record<LiveStoreName, Readonly<Record<string, string>>>>;

/** What the applications get: name under /run/secrets → value. */
export const applicationSecrets = {
  "mongo-password": secretsOf.mongo["app-password"],
  "redis-password": secretsOf.redis["app-password"],
  "qdrant-api-key": secretsOf.qdrant["api-key"],
  "rabbitmq-password": secretsOf.rabbitmq["app-password"],
  "minio-password": secretsOf.minio["app-password"],
  "signing-key": "signing key of the partners",
} as const;

/** Everything that no log may show. */
export const allSecrets: readonly string[] = [
  ...Object.values(secretsOf).flatMap((secrets) => Object.values(secrets)),
  ...Object.values(applicationSecrets),
];

/** Starts every store on a network of their own; makes the images first where they are missing. */
export async function startLiveStores(): Promise<LiveStores> {
  const containers = await StoreContainers.open("app");
  const secrets = await mkdtemp(join(tmpdir(), "kaleem-live-"));
  const stop = async () => {
    await rm(secrets, { recursive: true });
    await containers.remove();
  };
  try {
    for (const [name, value] of Object.entries(applicationSecrets))
      await writeFile(join(secrets, name), value, { mode: 0o400 });
    const stores: [string, LiveStore][] = [];
    for (const name of liveStoreNames) stores.push([name, await createStore(containers, name)]);
    const starts = await Promise.allSettled(stores.map(([, store]) => setUp(store)));
    const failed = starts.find((start) => start.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return { ...(Object.fromEntries(stores) as Record<LiveStoreName, LiveStore>), secrets, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function createStore(containers: StoreContainers, name: LiveStoreName): Promise<LiveStore> {
  const { definition, image } = recipes[name];
  const { reference } = await localImage(image, terminalProgress());
  const [inside = 0] = Object.values(definition.ports);
  const port = await freePort();
  const volume = await containers.volume();
  const published = { [inside]: port };
  const container = await containers.create(definition, reference, volume, secretsOf[name], published);
  return { container, port, definition };
}

/** Users, collections, queues and buckets, as the agent makes them on a host. */
async function setUp({ container, definition }: LiveStore): Promise<void> {
  await container.start();
  await container.use((client) => definition.recovery.setup(client));
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
