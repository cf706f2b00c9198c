import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { StatefulDefinition } from "../../../../catalog/definition.ts";
import { layout } from "../../../../contract/layout.ts";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import type { AgentContext } from "../../../../recovery/agent/context.ts";
import { KeptStart } from "../../../../recovery/agent/restore/kept-start.ts";
import { servicePorts, type ServiceSurroundings } from "../../../../recovery/agent/restore/service-ports.ts";
import type { Container } from "../../../../recovery/docker/container.ts";
import { Docker } from "../../../../recovery/docker/docker.ts";
import type { SwarmService } from "../../../../recovery/docker/swarm-service.ts";
import type { StoreStart } from "../../../../recovery/proof/prove-stores.ts";
import type { RestorePorts } from "../../../../recovery/restore/phases/ports.ts";
import type { Store } from "../../../../recovery/stores/store.ts";
import { allStores } from "../../../../recovery/agent/context.ts";
import { inventoryOf } from "../../restore/phases/ports-fixture.ts";
import { agentFixture, type AgentFixture } from "../agent-fixture.ts";

const image = "mongo@sha256:aa";
const start: StoreStart = {
  start: {
    image,
    user: "999:999",
    entrypoint: null,
    args: ["mongod"],
    env: ["A=b"],
    memory: 1024,
    readOnlyRoot: true,
    capabilities: [],
    scratch: { "/tmp": null },
    configs: [{ config: "c1", path: "/etc/mongod.conf", mode: 0o444 }],
  },
  secrets: { "root-password": "Password_0123456789" },
  files: [{ path: "/etc/mongod.conf", mode: 0o444, content: Buffer.from([0, 255, 10]) }],
};

/** A Swarm whose services have as many healthy tasks as replicas. */
class FakeSwarm extends Docker {
  readonly replicas = new Map<string, number>();
  readonly scaled: string[] = [];
  override scale(name: string, replicas: number): Promise<void> {
    if (this.replicas.get(name) !== replicas) this.scaled.push(`${name} ${replicas}`);
    this.replicas.set(name, replicas);
    return Promise.resolve();
  }
  override containersOf(name: string): Promise<readonly Container[]> {
    const tasks = Array.from({ length: this.replicas.get(name) ?? 0 }, (_, index) =>
      containerOf(`${name}-${index}`),
    );
    return Promise.resolve(tasks);
  }
  override inspectService(name: string): Promise<SwarmService | null> {
    return Promise.resolve(this.replicas.has(name) ? ({ name } as SwarmService) : null);
  }
}

function containerOf(id: string): Container {
  return { id, pid: 1, startedAt: "", running: true, paused: false, image, health: "healthy" };
}

let agent: AgentFixture;
let swarm: FakeSwarm;
let alone: Container | null;
let did: string[];
let around: ServiceSurroundings;
let ports: RestorePorts;

beforeEach(async () => {
  agent = await agentFixture();
  swarm = new FakeSwarm();
  for (const [name, replicas] of [["mongo", 1], ["api", 2], ["worker", 1], ["web", 1]] as const)
    swarm.replicas.set(name, replicas); // prettier-ignore
  alone = null;
  did = [];
  const definition = allStores.find(({ name }) => name === "mongo") as StatefulDefinition;
  const context: AgentContext = {
    ...agent.context,
    docker: swarm,
    stores: [definition],
    config: {
      ...agent.context.config,
      applications: [
        { name: "api", replicas: 2, uses: ["mongo", "redis"] },
        { name: "worker", replicas: 1, uses: ["redis"] },
        { name: "web", replicas: 1 },
      ],
    },
  };
  around = surroundings(context);
  ports = servicePorts(context, definition, around);
});
afterEach(() => agent.stop());

function surroundings({ host }: AgentContext): ServiceSurroundings {
  const store = {
    resetUsers: () => Promise.resolve(void did.push("reset users")),
    readCanary: () => Promise.resolve("mark"),
    version: () => Promise.resolve("8.0.3"),
    inventory: () => Promise.resolve(inventoryOf("mongo", 7)),
  } as unknown as Store;
  return {
    kept: new KeptStart(host, "mongo"),
    startOf: () =>
      swarm.replicas.get("mongo") === 0
        ? Promise.reject(new RecoveryError(exitCodes.storeDown, "Store mongo does not run"))
        : Promise.resolve(start),
    isolated: {
      running: () => Promise.resolve(alone),
      start: (given) => {
        assert.deepEqual(given, start, "what is kept is what the task was started with");
        alone = containerOf("alone");
        did.push("start alone");
        return Promise.resolve();
      },
      stop: () => {
        alone = null;
        did.push("stop alone");
        return Promise.resolve();
      },
      ask: (_given, question) => question(store),
    },
  };
}

test("a store that runs is exchanged without stopping one application, and is opened for the agent alone", async () => {
  assert.match(await ports.closing.close(), /mongo is reached by the agent alone; the edge stays open$/);
  await ports.services.scale("mongo", 0);
  assert.deepEqual(await ports.services.containers("mongo"), []);
  await ports.services.scale("mongo", 1);
  assert.deepEqual(
    swarm.scaled,
    ["mongo 0"],
    "its service stays at no replicas, where applications would reach it",
  );
  assert.deepEqual(await ports.services.containers("mongo"), [{ id: "alone", image, health: "healthy" }]);
  await ports.access.resetUsers("mongo");
  assert.equal(await ports.access.canary("mongo"), "mark");
  assert.equal(await ports.access.version("mongo"), "8.0.3");
  assert.equal((await ports.inventories.take("mongo", inventoryOf("mongo", 7))).coverage.of, 7);
  assert.match(await ports.closing.open(), /^mongo serves again;/);
  assert.deepEqual(swarm.scaled, ["mongo 0", "mongo 1"]);
  assert.deepEqual(did, ["stop alone", "start alone", "reset users", "stop alone"]);
  assert.equal(await around.kept.read(), null, "its secrets are not kept longer than needed");
});

test("an up in between that started the service again is undone before the store is opened alone", async () => {
  await ports.closing.close();
  await ports.services.scale("mongo", 0);
  await swarm.scale("mongo", 1);
  await ports.services.scale("mongo", 1);
  assert.equal(swarm.replicas.get("mongo"), 0);
  assert.ok(alone);
});

test("a run that was killed finds how the store is started, though it does not run any more", async () => {
  await ports.closing.close();
  await ports.services.scale("mongo", 0);
  assert.match(await ports.closing.close(), /^mongo is reached by the agent alone/);
  await ports.services.scale("mongo", 1);
  assert.deepEqual(did, ["stop alone", "start alone"]);
});

test("a later run that verifies starts the store again, since the run before has left none on its directories", async () => {
  await ports.closing.close();
  await ports.services.scale("mongo", 0);
  did.length = 0;
  assert.equal(await ports.access.canary("mongo"), "mark");
  assert.deepEqual(did, ["start alone"]);
  assert.equal(await ports.access.version("mongo"), "8.0.3");
  assert.deepEqual(did, ["start alone"]);
  assert.equal(swarm.replicas.get("mongo"), 0);
});

test("of a store that does not run nobody knows how: what uses it, or may, is stopped, and it starts as its service", async () => {
  swarm.replicas.set("mongo", 0);
  assert.match(
    await ports.closing.close(),
    /what uses it is stopped: api, web gone after .*; the edge stays open$/,
  );
  assert.deepEqual(swarm.scaled, ["api 0", "web 0"]);
  await ports.services.scale("mongo", 1);
  assert.deepEqual(swarm.scaled, ["api 0", "web 0", "mongo 1"]);
  assert.match(await ports.closing.open(), /^mongo serves again; api ×2, web ×1 healthy/);
  assert.deepEqual(swarm.scaled, ["api 0", "web 0", "mongo 1", "api 2", "web 1"]);
  assert.equal(swarm.replicas.get("worker"), 1);
});

test("a platform that a person has closed stays closed", async () => {
  await agent.context.host.writeFile(layout.closed, "");
  swarm.replicas.set("api", 0);
  await ports.closing.close();
  assert.equal(await ports.closing.open(), "mongo serves; the platform is closed");
  assert.equal(swarm.replicas.get("api"), 0);
});
