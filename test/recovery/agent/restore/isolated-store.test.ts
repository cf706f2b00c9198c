import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { allStores } from "../../../../recovery/agent/context.ts";
import { clearIsolated, IsolatedStore } from "../../../../recovery/agent/restore/isolated-store.ts";
import { KeptStart } from "../../../../recovery/agent/restore/kept-start.ts";
import type { LoneContainer } from "../../../../recovery/docker/lone-container.ts";
import type { StoreStart } from "../../../../recovery/proof/prove-stores.ts";
import { StoreRefused } from "../../../../recovery/stores/store-channel.ts";
import type { Store } from "../../../../recovery/stores/store.ts";
import { memoryHost } from "../../point/memory-host.ts";

const definition = allStores.find(({ name }) => name === "mongo");
assert.ok(definition);
const start: StoreStart = {
  start: {
    image: "mongo@sha256:aa",
    user: "999:999",
    entrypoint: ["/entry"],
    args: ["mongod"],
    env: [],
    memory: 1024,
    readOnlyRoot: true,
    capabilities: [],
    scratch: {},
    configs: [],
  },
  secrets: { "root-password": "present" },
  files: [],
};

let did: string[];
let running: Map<string, LoneContainer>;
let refuses: boolean;
let isolated: IsolatedStore;
const docker = {
  startAlone: (alone: LoneContainer) => {
    running.set(alone.name, alone);
    did.push(`start ${alone.args.join(" ")}`);
    return Promise.resolve(alone.name);
  },
  inspectContainer: (id: string) =>
    Promise.resolve({
      id,
      pid: 1,
      startedAt: "",
      running: running.has(id),
      paused: false,
      image: "i",
      health: null,
    }),
  removeContainer: (id: string) => Promise.resolve(void running.delete(id)),
  aloneWith: (label: string) =>
    Promise.resolve([...running].filter(([, alone]) => alone.label === label).map(([name]) => name)),
  kill: (id: string, signal: string) => {
    did.push(`${signal} ${id}`);
    running.delete(id);
    return Promise.resolve();
  },
};

beforeEach(() => {
  did = [];
  running = new Map();
  refuses = false;
  isolated = new IsolatedStore(definition, {
    docker,
    unlock: () => {
      refuses = false;
      did.push("unlock");
      return Promise.resolve();
    },
    open: () =>
      refuses
        ? Promise.reject(new StoreRefused(exitCodes.storeDown, "refused"))
        : Promise.resolve({
            version: () => Promise.resolve("8"),
            close: () => Promise.resolve(),
          } as unknown as Store),
    files: {
      give: () =>
        Promise.resolve({
          data: "elsewhere",
          secrets: "/run/kaleem/restored/given/mongo/secrets",
          files: {},
        }),
      clear: () => Promise.resolve(void did.push("clear")),
    },
  });
});

test("it runs on the live directories as its service would, without a network, and with a service's share of the machine", async () => {
  await isolated.start(start);
  await isolated.start(start);
  assert.deepEqual(did, ["clear", "start mongod"], "one that runs is not started again");
  const alone = running.get("kaleem-restored-mongo");
  assert.equal(alone?.label, "kaleem.restored.mongo");
  assert.equal(alone.image, "mongo@sha256:aa");
  assert.equal(alone.confined?.asService, true);
  assert.ok(
    alone.binds.some((bind) => bind.startsWith("/srv/kaleem/live/")),
    alone.binds.join(),
  );
  assert.ok(alone.binds.includes("/run/kaleem/restored/given/mongo/secrets:/run/secrets:ro"));
  assert.equal(await isolated.ask(start, (store) => store.version()), "8");
});

test("it is ended as by any stop, and what it was given is taken away", async () => {
  await isolated.start(start);
  did.length = 0;
  await isolated.stop();
  assert.deepEqual(did, ["SIGTERM kaleem-restored-mongo", "clear"]);
  assert.equal(await isolated.running(), null);
  await assert.rejects(
    isolated.ask(start, (store) => store.version()),
    (error) =>
      error instanceof RecoveryError &&
      error.exitCode === exitCodes.storeDown &&
      /ended on the restored data/.test(error.message),
  );
});

test("data of before a rotation is unlocked, and whoever waits asks again", async () => {
  await isolated.start(start);
  refuses = true;
  did.length = 0;
  await assert.rejects(
    isolated.ask(start, (store) => store.version()),
    StoreRefused,
  );
  assert.equal(did.indexOf("unlock") > did.indexOf("SIGTERM kaleem-restored-mongo"), true, did.join());
  assert.equal(did.at(-1), "start mongod");
  assert.equal(await isolated.ask(start, (store) => store.version()), "8");
});

test("what a given-up restore has left is ended before all stores are restored", async () => {
  await isolated.start(start);
  const host = memoryHost();
  const kept = new KeptStart(host, "mongo");
  await kept.write(start);
  assert.deepEqual(await kept.read(), start);
  await clearIsolated({ docker, stores: [definition], host });
  assert.equal(running.size, 0);
  assert.ok(did.includes("SIGTERM kaleem-restored-mongo"));
  assert.equal(await kept.read(), null);
});
