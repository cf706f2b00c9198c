import { spawn } from "node:child_process";
import type { LiveStores } from "./live-stores.ts";
import { loginName } from "../../../components/services/login-name.ts";
import { freePort, passwords } from "./live-stores.ts";

/** The built API as a process of its own. */
export interface LiveApi {
  readonly url: string;
  /** All it has written so far, both streams. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  /** Returns when health answers with this status; throws after 15 s. */
  awaitHealth(status: number): Promise<unknown>;
}

/** Starts `server.mjs` against these stores. `node` is the one to run it with. @default this process's own */
export async function startLiveApi(
  bundle: string,
  stores: LiveStores,
  environment: Readonly<Record<string, string>> = {},
  node = process.execPath,
): Promise<LiveApi> {
  const port = await freePort();
  const child = spawn(node, [bundle], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      HOST: "127.0.0.1",
      PORT: String(port),
      MONGO_URL: `mongodb://127.0.0.1:${stores.mongo.port}/kaleem?replicaSet=rs0&directConnection=true&retryWrites=false`,
      MONGO_USER: loginName("app", passwords["app-password"]),
      REDIS_URL: `redis://127.0.0.1:${stores.redis.port}`,
      MONGO_PASSWORD_FILE: `${stores.secrets}/mongo-password`,
      REDIS_PASSWORD_FILE: `${stores.secrets}/redis-password`,
      ...environment,
    },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  }
  const url = `http://127.0.0.1:${port}`;
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    url,
    output: () => text,
    kill: (signal) => child.kill(signal),
    ended,
    awaitHealth: (status) => awaitHealth(url, status, () => text),
  };
}

async function awaitHealth(url: string, status: number, output: () => string): Promise<unknown> {
  const deadline = Date.now() + 15_000;
  let last = "no answer";
  while (Date.now() < deadline) {
    try {
      const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(3000) });
      if (answer.status === status) return await answer.json();
      last = `${answer.status} ${await answer.text()}`;
    } catch (error) {
      last = String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url}: no health ${status} within 15 s; last: ${last}\n${output()}`);
}
