import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "node:test";
import { drain } from "../../../local/app/drain.ts";
import { testServer } from "./api/test-server.ts";

const order = JSON.stringify({ customer: "ada", item: "tea", quantity: 1 });

/** The API on a loopback port, and a client that keeps its connections. */
async function listening() {
  const parts = testServer();
  await parts.server.listen({ host: "127.0.0.1", port: 0 });
  const { port } = parts.server.server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const ask = (method: string, path: string, body?: string) =>
    new Promise<{ status: number | undefined; connection: string | undefined }>((resolve, reject) => {
      const headers = body === undefined ? {} : { "content-type": "application/json" };
      const outgoing = request({ port, host: "127.0.0.1", method, path, agent, headers }, (response) => {
        response.resume().on("end", () => {
          resolve({ status: response.statusCode, connection: response.headers.connection });
        });
      });
      outgoing.on("error", reject).end(body);
    });
  return { ...parts, ask, agent };
}

test("finishes what is in flight, takes what comes during the notice, and closes the stores last", async () => {
  const { ask, agent, mongo, rabbitmq, ...parts } = await listening();
  assert.deepEqual(await ask("GET", "/api/health"), { status: 200, connection: "keep-alive" });
  let release = () => {};
  mongo.hold = new Promise((resolve) => (release = resolve));
  const slow = ask("POST", "/api/orders", order);
  await wait(30);

  const draining = drain({ ...parts, settings: { drainNoticeMs: 150, drainLimitMs: 5000 } });
  mongo.hold = undefined;
  assert.deepEqual(await ask("GET", "/api/health"), { status: 503, connection: "close" });
  assert.deepEqual(await ask("POST", "/api/orders", order), { status: 201, connection: "close" });
  await wait(250);
  await assert.rejects(ask("GET", "/api/health"), /ECONNREFUSED/);
  assert.equal(mongo.closed, false);
  release();
  assert.deepEqual(await slow, { status: 201, connection: "close" });
  assert.equal(await draining, 0);
  assert.deepEqual([mongo.closed, rabbitmq.closed], [true, true]);
  agent.destroy();
});

test("does not wait longer than its limit for a request that does not end, and says so by its exit code", async () => {
  const { ask, agent, mongo, ...parts } = await listening();
  mongo.hold = new Promise(() => {});
  const cutOff = assert.rejects(ask("POST", "/api/orders", order));
  await wait(30);
  assert.equal(await drain({ ...parts, settings: { drainNoticeMs: 10, drainLimitMs: 100 } }), 1);
  assert.match(parts.lines.join(""), /did not finish within 100 ms/);
  agent.destroy();
  parts.server.server.closeAllConnections();
  await cutOff;
});

test("ends the work of its own during the notice, and closes what that needs only after it", async () => {
  const { agent, ...parts } = await listening();
  const order: string[] = [];
  const finishWork = async () => {
    order.push(`taking no more, ${parts.mongo.closed ? "closed" : "open"}`);
    await wait(60);
    order.push(`finished, ${parts.mongo.closed ? "closed" : "open"}`);
  };
  const code = await drain({ ...parts, finishWork, settings: { drainNoticeMs: 0, drainLimitMs: 5000 } });
  assert.deepEqual([code, order], [0, ["taking no more, open", "finished, open"]]);
  assert.equal(parts.mongo.closed, true);
  agent.destroy();
});
