import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { redisRecovery } from "../../../catalog/redis/recovery.ts";

/** A server on Redis' port of an address of its own, which lets everybody in and answers PING with this. */
async function withServer(pong: string, use: (host: string) => Promise<void>): Promise<void> {
  const host = "127.88.0.1";
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    socket.on("data", (data) => {
      const commands = data.toString().split(/(?=\*\d+\r\n)/);
      for (const command of commands) socket.write(command.includes("PING") ? `${pong}\r\n` : "+OK\r\n");
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(6379, host, resolve);
  });
  try {
    await use(host);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

const secrets = { password: "p", "app-password": "a" };

test("a Redis that still loads its data is not open yet, though it lets us in", async () => {
  await withServer("-LOADING Redis is loading the dataset in memory", async (host) => {
    await assert.rejects(redisRecovery.connect({ host, secrets }), /LOADING Redis is loading/);
  });
  await withServer("+PONG", async (host) => {
    await redisRecovery.close(await redisRecovery.connect({ host, secrets }));
  });
});
