import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { createServer } from "../../../../local/images/qdrant/server/server.ts";
import { Snapshots } from "../../../../local/images/qdrant/server/snapshots.ts";
import { Storage } from "../../../../local/images/qdrant/server/storage.ts";

export const apiKey = "the-right-key-0123456789";
/** The second one, which opens as much. */
export const alternativeKey = "the-former-key-0123456789";

/** What came back: the HTTP status and the body, JSON where it is JSON. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** The stand-in on a port of the loopback, over a directory that lives on until the test ends. */
export interface Loopback {
  readonly port: number;
  readonly directory: string;
  readonly ask: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Reply>;
  readonly stop: () => Promise<void>;
}

/** An empty directory, removed with what it holds when `use` is over. */
export async function withDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "kaleem-qdrant-"));
  try {
    await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

export async function start(directory: string): Promise<Loopback> {
  const storage = await Storage.open(directory);
  const server = createServer({
    storage,
    snapshots: new Snapshots(join(directory, "snapshots"), storage),
    apiKeys: [apiKey, alternativeKey],
  });
  await server.listen({ host: "127.0.0.1", port: 0 });
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    directory,
    async ask(method, path, body, headers = { "api-key": apiKey }) {
      const isForm = body instanceof FormData;
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: {
          connection: "close",
          ...(body === undefined || isForm ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text.startsWith("{") ? (JSON.parse(text) as unknown) : text };
    },
    async stop() {
      await server.close();
      await storage.close();
    },
  };
}

/** A started stand-in over an empty directory. */
export async function withServer(use: (server: Loopback) => Promise<void>): Promise<void> {
  await withDirectory(async (directory) => {
    const server = await start(directory);
    try {
      await use(server);
    } finally {
      await server.stop();
    }
  });
}

/** The `result` of a reply, which must be a success. */
export function result(reply: Reply): unknown {
  if (reply.status !== 200) throw new Error(`${reply.status}: ${JSON.stringify(reply.body)}`);
  return (reply.body as { result: unknown }).result;
}
