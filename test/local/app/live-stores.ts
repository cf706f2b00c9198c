import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StatefulDefinition } from "../../../components/services/definition.ts";
import { mongo } from "../../../components/services/mongo/mongo.ts";
import { redis } from "../../../components/services/redis/redis.ts";
import { docker } from "../../../local/images/docker.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { mongoImage } from "../../../local/images/mongo/image.ts";
import { redisImage } from "../../../local/images/redis/image.ts";
import { terminalProgress } from "../../../local/progress.ts";

/** A store in a container of its own, as its definition starts it, on a loopback port that stays the same. */
export interface LiveStore {
  readonly container: string;
  readonly port: number;
  readonly definition: StatefulDefinition;
  /** An open client of the definition's own recovery; close it. */
  readonly connect: () => Promise<unknown>;
}

/** Both stores with the user `app`; `stop` removes all of it. */
export interface LiveStores {
  readonly mongo: LiveStore;
  readonly redis: LiveStore;
  /** Folder that holds the password files `mongo-password` and `redis-password`. */
  readonly secrets: string;
  stop(): Promise<void>;
}

/** By name in the task or in `userSecrets`; both stores' users have the same ones. */
export const passwords = {
  "root-password": "root pass word",
  "app-password": "app-pass/word",
  "backup-password": "backup-pass&word",
  "restore-password": "restore-pass?word",
  password: "redis-pass%word",
};

/** Starts both stores; makes the images first where they are missing. */
export async function startLiveStores(): Promise<LiveStores> {
  const secrets = await mkdtemp(join(tmpdir(), "kaleem-live-"));
  const started: string[] = [];
  const stop = async () => {
    // One after the other: a failure to remove one should not hide behind another.
    for (const container of started) await docker(["rm", "--force", "--volumes", container]);
    await rm(secrets, { recursive: true });
  };
  try {
    // The stores run as another user.
    await chmod(secrets, 0o755);
    const files = {
      ...passwords,
      "mongo-password": passwords["app-password"],
      "redis-password": passwords["app-password"],
    };
    for (const [name, value] of Object.entries(files))
      await writeFile(join(secrets, name), value, { mode: 0o444 });
    const mongoStore = await startStore(mongo, 27017, mongoImage, secrets, started);
    const redisStore = await startStore(redis, 6379, redisImage, secrets, started);
    await setUp(mongoStore);
    await setUp(redisStore);
    return { mongo: mongoStore, redis: redisStore, secrets, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The user `app`, as the agent makes it on a host. */
async function setUp({ definition, connect }: LiveStore): Promise<void> {
  const client = await connect();
  try {
    await definition.recovery.setup(client);
  } finally {
    await definition.recovery.close(client);
  }
}

async function startStore(
  definition: StatefulDefinition,
  inside: number,
  recipe: Parameters<typeof localImage>[0],
  secrets: string,
  started: string[],
): Promise<LiveStore> {
  const { reference } = await localImage(recipe, terminalProgress());
  const port = await freePort();
  const mounts = Object.entries(definition.files ?? {}).map(
    ([to, from]) => `${fileURLToPath(from)}:${to}:ro`,
  );
  const [program, ...entry] = definition.entrypoint ?? [];
  // The key file has to belong to the store's user, which only root can arrange; it is tested with the image.
  const args = definition.args?.filter((word) => word !== "--keyFile" && !word.endsWith("/keyfile")) ?? [];
  const container = await docker([
    ...["run", "--detach", "--user", definition.user, "--label", "kaleem.test=app"],
    ...["--publish", `127.0.0.1:${port}:${inside}`],
    ...[`${secrets}:/run/secrets:ro`, ...mounts].flatMap((mount) => ["--volume", mount]),
    ...Object.entries(definition.env ?? {}).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...(program === undefined ? [] : ["--entrypoint", program]),
    reference,
    ...entry,
    ...args,
  ]);
  started.push(container);
  const connect = () => connectInTime(definition, container);
  await definition.recovery.close(await connect());
  return { container, port, definition, connect };
}

async function connectInTime(definition: StatefulDefinition, container: string): Promise<unknown> {
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  const deadline = Date.now() + 30_000;
  for (;;) {
    // Asked each time: a container that was started again may have another address.
    const host = await docker(["container", "inspect", "--format", format, container]);
    try {
      if (host === "") throw new Error(`${definition.name} ended: ${await docker(["logs", container])}`);
      return await definition.recovery.connect({ host, secrets: passwords });
    } catch (error) {
      if (Date.now() > deadline || host === "") throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
