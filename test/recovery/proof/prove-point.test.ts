import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { mongo } from "../../../catalog/mongo/mongo.ts";
import { redis } from "../../../catalog/redis/redis.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { DockerError } from "../../../recovery/docker/docker-error.ts";
import type { LoneContainer } from "../../../recovery/docker/lone-container.ts";
import { Locks } from "../../../recovery/host/locks.ts";
import { Log } from "../../../recovery/host/log.ts";
import { ProofRecords } from "../../../recovery/proof/proof-record.ts";
import { clearProofs, provePoint, type ProofPorts } from "../../../recovery/proof/prove-point.ts";
import { StoreRefused } from "../../../recovery/stores/store-channel.ts";
import { memoryHost } from "../point/memory-host.ts";
import { emptyInventory } from "./inventories.ts";

const point = "20261121T140500Z-1f3a";
const secret = "Password_0123456789";
let folder: string;
let happened: string[];
/** Runs upon each step; throws or waits for a test. */
let upon: (step: string) => unknown;
let running: Map<string, LoneContainer>;
let clone: boolean;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-prove-"));
  happened = [];
  upon = () => undefined;
  running = new Map();
  clone = false;
});
afterEach(() => rmSync(folder, { recursive: true }));

async function step<T>(name: string, value: T): Promise<T> {
  happened.push(name);
  await upon(name);
  return value;
}

const manifest = JSON.stringify({
  version: 1,
  point,
  lineage: "l",
  generation: 1,
  host: "h",
  stack: "s",
  instant: "2026-11-21T14:05:00.000Z",
  pauseMs: 1,
  stores: Object.fromEntries(
    ["mongo", "redis"].map((store) => [
      store,
      {
        canary: point,
        counts: {},
        version: "1",
        image: "i",
        directories: { [store]: { files: 1, bytes: 1 } },
      },
    ]),
  ),
});

const startOf = (definition: StatefulDefinition) => ({
  start: {
    image: `${definition.name}@sha256:1`,
    user: definition.user,
    entrypoint: null,
    args: ["serve"],
    env: [],
    memory: 2 ** 30,
    readOnlyRoot: true,
    capabilities: [],
    scratch: {},
    configs: [],
  },
  secrets: { "root-password": secret, "app-password": "of-a-user" },
  files: [],
});

function fixture(over: Partial<ProofPorts> = {}) {
  const host = memoryHost();
  host.files.set("/p/manifest.json", manifest);
  host.files.set("/proc/meminfo", "MemTotal: 9 kB\nMemAvailable:    4000000 kB\n");
  const container = { pid: 1, startedAt: "", running: true, paused: false, image: "i", health: null };
  const ports: ProofPorts = {
    host,
    docker: {
      aloneWith: () => Promise.resolve([...running.keys()]),
      removeContainer: (id) => step(`remove ${id}`, void running.delete(id)),
    },
    locks: new Locks(folder, "kaleem-agent prove"),
    log: new Log(() => undefined),
    interrupted: new AbortController().signal,
    files: {
      places: { point: "/p", indexes: [], clone: "/c", given: "/g" },
      folderOf: (directory) => `/c/files/${directory}`,
      isWhole: () => Promise.resolve(true),
      clone: (directories, signal) => {
        clone = true;
        return step(`clone ${directories.join(" ")}`, undefined).finally(() => signal.throwIfAborted());
      },
      give: (store, _user, secrets) =>
        step(`give ${store} ${Object.keys(secrets).join(" ")}`, {
          data: "/c",
          secrets: `/g/${store}`,
          files: {},
        }),
      freeBytes: () => Promise.resolve(2 ** 34),
      clear: () => {
        assert.equal(running.size, 0, "a container still uses the clone");
        clone = false;
        return step("clear", undefined);
      },
    },
    records: new ProofRecords(host, "/proofs", () =>
      Promise.resolve([...host.files.keys()].flatMap((path) => /^\/proofs\/(.*)/.exec(path)?.[1] ?? [])),
    ),
    stores: [mongo, redis],
    storePorts: {
      docker: {
        startAlone: (alone) => {
          assert.ok(clone, "there is no clone");
          running.set(alone.name, alone);
          return step(`start ${alone.name} ${alone.args[0]}`, alone.name);
        },
        inspectContainer: (id) => step(`look ${id}`, { ...container, id }),
        logOf: (id) => Promise.resolve(`the last words of ${id}, with ${secret}`),
        removeContainer: (id) => step(`remove ${id}`, void running.delete(id)),
      },
      open: (service) =>
        step(`open ${service}`, {
          readCanary: () => step(`canary ${service}`, point),
          inventory: (request) => step(`inventory ${service} ${request.disposable}`, emptyInventory(service)),
          resetUsers: () => step(`reset users of ${service}`, undefined),
          close: () => step(`close ${service}`, undefined),
        }),
      unlock: (definition) => step(`unlock ${definition.name}`, undefined),
      startLimitMs: 50,
      lookMs: 10,
    },
    startOf: (definition) => step(`ask ${definition.name}`, startOf(definition)),
    points: () => step("points", [point]),
    lookMs: 10,
    ...over,
  };
  return { ports, host };
}

const recordOf = (host: ReturnType<typeof memoryHost>): unknown =>
  JSON.parse(host.files.get(`/proofs/${point}.json`) ?? "null");

async function isFree(name: "proof" | "repository"): Promise<void> {
  const lock = await new Locks(folder, "another").acquire(name);
  await lock.release();
}

const hasCode =
  (exitCode: number, words: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof RecoveryError, String(error));
    assert.match(error.message, words);
    assert.equal(error.exitCode, exitCode);
    return true;
  };

test("one store after the other, the repository only while it clones, and nothing is left", async () => {
  const { ports, host } = fixture();
  host.files.set("/proofs/20250101T000000Z-0000.json", "{}");
  const held: [string, boolean][] = [];
  upon = async (name) => {
    if (/clone|start/.test(name)) held.push([name, await ports.locks.taken("repository")]);
  };
  const record = await provePoint(ports);
  assert.deepEqual(held, [
    ["clone mongo redis", true],
    ["start kaleem-proof-mongo serve", false],
    ["start kaleem-proof-redis serve", false],
  ]);
  const of = (store: string, secrets: string): string[] => [
    `give ${store}${secrets}`,
    `start kaleem-proof-${store} serve`,
    `look kaleem-proof-${store}`,
    ...[`open ${store}`, `inventory ${store} true`, `canary ${store}`, `close ${store}`],
    `remove kaleem-proof-${store}`,
  ];
  assert.deepEqual(happened, [
    ...["clear", "ask mongo", "ask redis", "clone mongo redis", "points"],
    // Passwords of users stay with the agent.
    ...of("mongo", " root-password"),
    ...of("redis", " root-password"),
    "clear",
  ]);
  assert.deepEqual([record.ok, Object.keys(record.stores), record.problems], [true, ["mongo", "redis"], []]);
  assert.deepEqual(recordOf(host), record);
  assert.ok(!host.files.has("/proofs/20250101T000000Z-0000.json"), "of a point that is gone");
  await isFree("proof");
});

for (const failing of [
  ...[
    "ask redis",
    "clone mongo redis",
    "points",
    "give mongo root-password",
    "start kaleem-proof-redis serve",
  ],
  ...["look kaleem-proof-mongo", "canary redis", "inventory mongo true", "reset users of redis"],
])
  test(`whatever fails, containers, clone and locks are gone: ${failing}`, async () => {
    const { ports } = fixture();
    upon = (name) => {
      if (name === failing || (name === "canary redis" && failing.startsWith("reset")))
        throw new Error("a fault of the test");
    };
    await assert.rejects(provePoint(ports), /a fault of the test/);
    assert.deepEqual([running.size, clone, happened.at(-1)], [0, false, "clear"]);
    await isFree("proof");
    await isFree("repository");
  });

test("a store that does not start is named with its last words, no secret among them; the others are proven", async () => {
  const { ports, host } = fixture();
  upon = (name) => {
    if (name === "open mongo") throw new Error("connection refused");
  };
  await assert.rejects(
    provePoint(ports),
    hasCode(
      exitCodes.notProven,
      /Point 20261121T140500Z-1f3a is not proven\. mongo: not proven: it does not answer after 0 s: connection refused\. Its last words: the last words of kaleem-proof-mongo, with \[secret\]/,
    ),
  );
  const record = recordOf(host) as { ok: boolean; stores: object; problems: string[] };
  assert.deepEqual([record.ok, Object.keys(record.stores), record.problems.length], [false, ["redis"], 1]);
  assert.equal(await new ProofRecords(host, "/proofs").newestProven([point]), null);
});

test("what Docker refuses says nothing of the point", async () => {
  const { ports, host } = fixture();
  upon = (name) => {
    if (name.startsWith("start")) throw new DockerError(500, "start", "no such runtime");
  };
  await assert.rejects(provePoint(ports), DockerError);
  assert.deepEqual([running.size, clone, recordOf(host)], [0, false, null]);
});

test("data of before a rotation is unlocked in the maintenance start; a store without one is not proven", async () => {
  const { ports } = fixture();
  let refused = 0;
  upon = (name) => {
    if (name === "open mongo" && refused++ === 0)
      throw new StoreRefused(exitCodes.storeDown, "mongo: refused");
    if (name === "open redis") throw new StoreRefused(exitCodes.storeDown, "redis: refused");
  };
  await assert.rejects(provePoint(ports), hasCode(exitCodes.notProven, /redis: not proven: redis: refused/));
  const starts = happened.filter((name) => /^(start|unlock)/.test(name));
  assert.deepEqual(starts, [
    ...["start kaleem-proof-mongo serve", "start kaleem-proof-mongo mongod", "unlock mongo"],
    ...["start kaleem-proof-mongo serve", "start kaleem-proof-redis serve"],
  ]);
});

test("a canary that only another user's former password opens is read once users are set, after the inventory", async () => {
  const { ports } = fixture();
  let refused = 0;
  upon = (name) => {
    if (name === "canary mongo" && refused++ === 0) throw new Error("mongo: refuses the user backup");
  };
  assert.equal((await provePoint(ports)).ok, true);
  assert.deepEqual(
    happened.filter((name) => name.endsWith("mongo") || name.startsWith("inventory mongo")).slice(2),
    [
      ...["open mongo", "inventory mongo true", "canary mongo", "reset users of mongo"],
      ...["look kaleem-proof-mongo", "open mongo", "canary mongo", "close mongo", "close mongo"],
      "remove kaleem-proof-mongo",
    ],
  );
});

for (const name of ["restore", "data", "repository", "offsite", "proof"] as const)
  test(`it gives way to whoever holds the ${name} lock`, async () => {
    const { ports } = fixture();
    const lock = await new Locks(folder, "another").acquire(name);
    try {
      await assert.rejects(provePoint(ports), hasCode(exitCodes.busy, new RegExp(`${name} lock`)));
      assert.deepEqual(happened, []);
    } finally {
      await lock.release();
    }
  });

test("a point that waits while the clone is made gets the repository at once", async () => {
  const { ports } = fixture();
  let point: Promise<unknown> | undefined;
  upon = async (name) => {
    if (!name.startsWith("clone")) return;
    point = new Locks(folder, "a point").acquire("repository", 5_000).then((lock) => lock.release());
    await delay(300);
  };
  await assert.rejects(
    provePoint(ports),
    hasCode(exitCodes.busy, /No proof now: somebody else wants its turn/),
  );
  await point;
  assert.equal(clone, false);
});

test("a restore that begins ends a proof under way, without waiting for the store", async () => {
  const { ports } = fixture();
  const locks = new Locks(folder, "a restore");
  let lock: Awaited<ReturnType<Locks["acquire"]>> | undefined;
  upon = async (name) => {
    if (name !== "inventory mongo true") return;
    lock = await locks.acquire("restore");
    await new Promise(() => undefined);
  };
  await assert.rejects(provePoint(ports), hasCode(exitCodes.busy, /somebody else wants its turn/));
  await lock?.release();
  assert.deepEqual([running.size, clone], [0, false]);
});

test("SIGTERM ends it, and nothing is left", async () => {
  const interrupt = new AbortController();
  const { ports } = fixture({ interrupted: interrupt.signal });
  upon = (name) => {
    if (name === "open redis")
      interrupt.abort(new RecoveryError(exitCodes.terminated, "Stopped by SIGTERM."));
  };
  await assert.rejects(provePoint(ports), hasCode(exitCodes.terminated, /SIGTERM/));
  assert.deepEqual([running.size, clone], [0, false]);
});

test("it does not start a store that the machine has no memory for", async () => {
  const { ports, host } = fixture();
  host.files.set("/proc/meminfo", "MemAvailable:    1300000 kB\n");
  await assert.rejects(
    provePoint(ports),
    hasCode(exitCodes.busy, /mongo wants 1\.3 GiB of memory, and 1\.2 GiB are available/),
  );
  assert.ok(!happened.some((name) => name.startsWith("start")));
});

test("what is no point is not proven: a copy that is being changed, or whose backup failed; nor with a full disk", async () => {
  const { ports } = fixture();
  const files = { ...ports.files, isWhole: () => Promise.resolve(false) };
  await assert.rejects(provePoint({ ...ports, files }), hasCode(exitCodes.noPoint, /holds no whole copy/));
  const points = (): Promise<string[]> => Promise.resolve([]);
  await assert.rejects(provePoint({ ...ports, points }), hasCode(exitCodes.noPoint, /is in no repository/));
  const full = { ...ports.files, freeBytes: () => Promise.resolve(2 ** 20) };
  await assert.rejects(provePoint({ ...ports, files: full }), hasCode(exitCodes.diskFull, /1\.0 MiB free/));
});

test("what a killed proof has left is taken away, by the next one and by itself, and never under one that is at work", async () => {
  const { ports } = fixture();
  running.set("left", {} as LoneContainer);
  await clearProofs(ports);
  assert.deepEqual(happened, ["remove left", "clear"]);
  running.set("left", {} as LoneContainer);
  await provePoint(ports);
  const lock = await new Locks(folder, "another").acquire("proof");
  running.set("at work", {} as LoneContainer);
  await clearProofs(ports);
  assert.equal(running.size, 1);
  await lock.release();
});
