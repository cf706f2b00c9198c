import { spawn } from "node:child_process";
import { loginName } from "../../../catalog/login-name.ts";
import { applicationSecrets, freePort } from "./live-stores.ts";
import type { LiveStores } from "./live-stores.ts";

/** A role of the built application as a process of its own. */
export interface LiveRole {
  readonly url: string;
  /** All it has written so far, both streams. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  /** Returns when health answers with this status; throws after 30 s. */
  awaitHealth(status: number): Promise<unknown>;
}

type RoleName = "api" | "worker" | "webhooks" | "embedding";

/** Starts `server.mjs` in a role, with what the role gets on a host. @param environment wins over that */
export async function startLiveRole(
  bundle: string,
  role: RoleName,
  environment: Readonly<Record<string, string>> = {},
): Promise<LiveRole> {
  const port = environment["PORT"] ?? String(await freePort());
  const child = spawn(process.execPath, [bundle, role], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { HOST: "127.0.0.1", PORT: port, ...environment },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  }
  const url = `http://127.0.0.1:${port}`;
  const healthUrl = `${url}${role === "api" ? "/api/health" : "/health"}`;
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    url,
    output: () => text,
    kill: (signal) => child.kill(signal),
    ended,
    awaitHealth: (status) => awaitHealth(healthUrl, status, () => text),
  };
}

/** Where every role finds the stores and its secrets; a role takes what it needs of it. */
export function storeEnvironment(stores: LiveStores): Readonly<Record<string, string>> {
  const { secrets } = stores;
  return {
    MONGO_URL: `mongodb://127.0.0.1:${stores.mongo.port}/kaleem?replicaSet=rs0&directConnection=true&retryWrites=false`,
    MONGO_USER: loginName("app", applicationSecrets["mongo-password"]),
    MONGO_PASSWORD_FILE: `${secrets}/mongo-password`,
    REDIS_URL: `redis://127.0.0.1:${stores.redis.port}`,
    REDIS_PASSWORD_FILE: `${secrets}/redis-password`,
    QDRANT_URL: `http://127.0.0.1:${stores.qdrant.port}`,
    QDRANT_API_KEY_FILE: `${secrets}/qdrant-api-key`,
    RABBITMQ_URL: `amqp://127.0.0.1:${stores.rabbitmq.port}`,
    RABBITMQ_USER: loginName("app", applicationSecrets["rabbitmq-password"]),
    RABBITMQ_PASSWORD_FILE: `${secrets}/rabbitmq-password`,
    MINIO_URL: `http://127.0.0.1:${stores.minio.port}`,
    MINIO_USER: loginName("app", applicationSecrets["minio-password"]),
    MINIO_PASSWORD_FILE: `${secrets}/minio-password`,
    SIGNING_KEY_FILE: `${secrets}/signing-key`,
  };
}

async function awaitHealth(url: string, status: number, output: () => string): Promise<unknown> {
  const deadline = Date.now() + 30_000;
  let last = "no answer";
  while (Date.now() < deadline) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(3000) });
      if (answer.status === status) return await answer.json();
      last = `${answer.status} ${await answer.text()}`;
    } catch (error) {
      last = String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url}: no health ${status} within 30 s; last: ${last}\n${output()}`);
}
