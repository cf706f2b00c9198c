import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server } from "node:net";
import { after, before, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { openPorts } from "../../../operator/audit/open-ports.ts";

const servers: Server[] = [];
let open: number[] = [];
let closed = 0;

async function listen(): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

before(async () => {
  open = [await listen(), await listen()].sort((a, b) => a - b);
  closed = await listen();
  await new Promise((resolve) => servers.pop()?.close(resolve));
});
after(() => {
  for (const server of servers) server.close();
});

test("the ports that take a connection are found, in order, and a closed one is not", async () => {
  assert.deepEqual(await openPorts("127.0.0.1", [closed, ...open.toReversed()]), open);
});

test("a process that stands still for longer than a port may take to answer misses none", async () => {
  const scanning = openPorts("127.0.0.1", [closed, ...open]);
  await nextTurn();
  for (const until = Date.now() + 1_600; Date.now() < until;);
  assert.deepEqual(await scanning, open);
});
