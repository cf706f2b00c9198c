import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { DockerClient } from "../../../../toolchain/providers/docker/api/docker-client.ts";
import type { JsonObject } from "../../../../toolchain/providers/docker/api/json.ts";
import { converge } from "../../../../toolchain/providers/docker/service/converge.ts";
import { Swarm } from "../../../../toolchain/providers/docker/service/swarm.ts";

// A Docker that has one service, whose tasks the tests decide.

const spec = { Name: "api", Mode: { Replicated: { Replicas: 2 } }, TaskTemplate: { ForceUpdate: 0 } };
const task = (id: string, slot: number): JsonObject => ({
  ...{ ID: id, Slot: slot, DesiredState: "running", Status: { State: "running" } },
  ...{ Spec: spec.TaskTemplate, CreatedAt: "2026-01-01" },
});

let version: number;
let tasks: JsonObject[];
/** Versions that updates were asked for, with what they came with. */
let updates: { readonly version: number; readonly spec: unknown }[];

async function body(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
}

const folder = mkdtempSync(join(tmpdir(), "kaleem-converge-"));
const socketPath = join(folder, "docker.sock");
const server = createServer((request, response) => {
  void (async () => {
    const url = new URL(request.url ?? "", "http://docker");
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    if (request.method === "POST") {
      const asked = Number(url.searchParams.get("version"));
      updates.push({ version: asked, spec: await body(request) });
      if (asked !== version) {
        answer(500, { message: "rpc error: code = Unknown desc = update out of sequence" });
        return;
      }
      version += 1;
      tasks = [task("a", 1), task("b", 2)];
      answer(200, {});
    } else if (url.pathname === "/tasks") answer(200, tasks);
    else
      answer(200, { ID: "s", Version: { Index: version }, Spec: spec, UpdateStatus: { State: "completed" } });
  })();
});

before(async () => {
  await once(server.listen(socketPath), "listening");
});
after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  version = 7;
  updates = [];
});

const swarm = new Swarm(new DockerClient({ kind: "unix", socketPath }));
const signal = new AbortController().signal;
const patience = { delayNanoseconds: 0, timeoutNanoseconds: 20e9 };

test("has Swarm look again at a place that was left with two tasks, with the service as it is", async () => {
  tasks = [task("a", 1), task("b", 2), task("c", 2)];
  const told: string[] = [];
  await converge(swarm, "s", patience, { signal, log: (_level, text) => told.push(text) });
  assert.deepEqual(updates, [{ version: 7, spec }]);
  assert.ok(told.includes("a place has two tasks: Swarm is to look again"));
});

test("asks nothing of Swarm when every place has its one task", async () => {
  tasks = [task("a", 1), task("b", 2)];
  await converge(swarm, "s", patience, { signal, log: () => undefined });
  assert.deepEqual(updates, []);
});

test("a service that was changed meanwhile is asked about again, not overwritten", async () => {
  tasks = [];
  const old = await swarm.inspect("s");
  version = 8;
  assert.equal(await swarm.lookAgain(old, signal), false);
  assert.equal(await swarm.lookAgain(await swarm.inspect("s"), signal), true);
  assert.deepEqual(
    updates.map((update) => update.version),
    [7, 8],
  );
});
