import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { mongo } from "../../../catalog/mongo/mongo.ts";
import { qdrant } from "../../../catalog/qdrant/qdrant.ts";
import { redis } from "../../../catalog/redis/redis.ts";
import { DockerError } from "../../../recovery/docker/docker-error.ts";
import { Log } from "../../../recovery/host/log.ts";
import { proveStores, type StoresProof, type StoreStart } from "../../../recovery/proof/prove-stores.ts";
import { memoryHost } from "../point/memory-host.ts";
import { emptyInventory } from "./inventories.ts";

const stores: readonly StatefulDefinition[] = [mongo, qdrant, redis];
const canary = "20261121T140500Z-1f3a";
const gibibyte = 2 ** 30;
let happened: string[];
/** What a store's start does; waits or throws for a test. */
let starting: (store: string, signal: AbortSignal) => Promise<void>;

beforeEach(() => {
  happened = [];
  starting = () => Promise.resolve();
});

const starts = new Map<string, StoreStart>(
  stores.map(({ name, user }) => {
    const start = { image: `${name}@sha256:1`, user, entrypoint: null, args: [], env: [], memory: gibibyte };
    return [
      name,
      {
        start: { ...start, readOnlyRoot: true, capabilities: [], scratch: {}, configs: [] },
        secrets: {},
        files: [],
      },
    ];
  }),
);

const manifest = {
  stores: Object.fromEntries(
    stores.map(({ name }) => [
      name,
      { canary, counts: {}, version: "1", image: "i", directories: { [name]: { files: 1, bytes: 1 } } },
    ]),
  ),
};

function prove(availableBytes: number | null, signal = new AbortController().signal) {
  const host = memoryHost();
  host.files.set("/proc/meminfo", `MemAvailable: ${(availableBytes ?? 0) / 1024} kB\n`);
  const named = new Map<string, string>();
  const proof: StoresProof = {
    log: new Log(() => undefined),
    files: {
      give: (store) => Promise.resolve({ data: "/c", secrets: `/g/${store}`, files: {} }),
      folderOf: (directory) => `/c/${directory}`,
    },
    stores,
    room: () => Promise.resolve(() => Promise.resolve()),
    storePorts: {
      docker: {
        startAlone: async ({ name, image }) => {
          const store = image.split("@")[0] ?? "";
          named.set(name, store);
          happened.push(`start ${store}`);
          await starting(store, signal);
          return name;
        },
        inspectContainer: (id) =>
          Promise.resolve({
            id,
            pid: 1,
            startedAt: "",
            running: true,
            paused: false,
            image: "i",
            health: null,
          }),
        logOf: () => Promise.resolve(""),
        removeContainer: (id) => Promise.resolve(void happened.push(`remove ${named.get(id) ?? id}`)),
      },
      open: (store) =>
        Promise.resolve({
          readCanary: () => Promise.resolve(canary),
          inventory: () => Promise.resolve(emptyInventory(store)),
          resetUsers: () => Promise.resolve(),
          close: () => Promise.resolve(),
        }),
      unlock: () => Promise.resolve(),
      lookMs: 1,
    },
    ...(availableBytes === null ? {} : { sideBySide: { most: 2, memory: host } }),
  };
  return proveStores(proof, manifest, starts, signal);
}

/** How many had been started and not removed, at most. */
function most(): number {
  let [now, highest] = [0, 0];
  for (const step of happened) highest = Math.max(highest, (now += step.startsWith("start") ? 1 : -1));
  return highest;
}

test("beside customers, stores are proven one after the other", async () => {
  const { stores: proven, problems } = await prove(null);
  assert.deepEqual([Object.keys(proven), problems], [["mongo", "qdrant", "redis"], []]);
  assert.equal(most(), 1);
});

test("where nobody else needs the machine, as many as were said are proven at a time, and are told in the point's order", async () => {
  starting = (store) => delay(store === "mongo" ? 20 : 1);
  const { stores: proven, problems } = await prove(64 * gibibyte);
  assert.deepEqual([Object.keys(proven), problems], [["mongo", "qdrant", "redis"], []]);
  assert.equal(most(), 2);
  assert.ok(
    happened.indexOf("remove qdrant") < happened.indexOf("remove mongo"),
    "they do not wait for one another",
  );
});

test("one that has not the memory beside what another may take waits for that", async () => {
  const { problems } = await prove(2 * gibibyte);
  assert.deepEqual(problems, []);
  assert.equal(most(), 1);
});

test("what fails is told once the others' containers are gone, and nothing more is started", async () => {
  starting = async (store) => {
    await delay(store === "mongo" ? 20 : 1);
    if (store === "qdrant") throw new DockerError(500, "start", "the daemon is away");
  };
  await assert.rejects(prove(64 * gibibyte), /the daemon is away/);
  assert.ok(happened.includes("remove mongo"));
  assert.ok(!happened.includes("start redis"));
});

test("asked to stop it ends with that, and leaves no container", async () => {
  const asked = new AbortController();
  starting = () => {
    asked.abort(new Error("asked to stop"));
    return Promise.resolve();
  };
  await assert.rejects(prove(64 * gibibyte, asked.signal), /asked to stop/);
  assert.equal(
    happened.filter((step) => step.startsWith("start")).length,
    happened.filter((step) => step.startsWith("remove")).length,
  );
});
