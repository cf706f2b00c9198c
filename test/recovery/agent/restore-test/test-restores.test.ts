import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { Entry, Inventory } from "../../../../catalog/inventory/inventory.ts";
import { mongo } from "../../../../catalog/mongo/mongo.ts";
import { redis } from "../../../../catalog/redis/redis.ts";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import type { TestedRepository } from "../../../../recovery/agent/answers/restore-test.ts";
import type {
  RestoreTestPorts,
  TestedSource,
} from "../../../../recovery/agent/restore-test/test-repository.ts";
import { clearRestoreTests, testRestores } from "../../../../recovery/agent/restore-test/test-restores.ts";
import type { LoneContainer } from "../../../../recovery/docker/lone-container.ts";
import { Locks } from "../../../../recovery/host/locks.ts";
import { Log } from "../../../../recovery/host/log.ts";
import type { Point } from "../../../../recovery/point/points.ts";
import type { ProofRecord } from "../../../../recovery/proof/proof-record.ts";
import { memoryHost } from "../../point/memory-host.ts";

const gibibyte = 2 ** 30;
const secret = "Password_0123456789";
let folder: string;
let happened: string[];
let lines: string[];
/** Runs upon each step; throws or waits for a test. */
let upon: (step: string) => unknown;
let running: Set<string>;
/** What is in the folder of the test. */
let holds: "nothing" | "fetched" | "placed";
let free: number;
/** What the stores hold, by place that their files came from. */
let entries: Record<string, Record<string, Entry>>;
let from: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-restore-test-"));
  happened = [];
  lines = [];
  upon = () => undefined;
  running = new Set();
  holds = "nothing";
  free = 100 * gibibyte;
  entries = { local: keys(5), offsite: keys(5) };
});
afterEach(() => rmSync(folder, { recursive: true }));

async function step<T>(name: string, value: T): Promise<T> {
  happened.push(name);
  await upon(name);
  return value;
}

const keys = (count: number): Record<string, Entry> => ({ "database/0/string": { kind: "keys", count } });

const inventory = (store: string, held: Record<string, Entry>, takenAt: string): Inventory => ({
  format: 1,
  store,
  version: "1",
  takenAt,
  finishedAt: takenAt,
  entries: held,
  coverage: { hashed: 3, of: 3, bytes: 9, sampled: false },
  leftOut: [],
});

function point(hour: number): Point {
  const two = String(hour).padStart(2, "0");
  return {
    id: `20261121T${two}0000Z-0000`,
    lineage: "l",
    generation: 1,
    instant: `2026-11-21T${two}:00:00.000Z`,
    snapshot: `s${hour}`,
    stores: ["mongo", "redis"],
    bytes: 20,
  };
}

const proven = point(10);
const newest = point(11);
const proof: ProofRecord = {
  point: proven.id,
  instant: proven.instant,
  at: "2026-11-21T10:10:00.000Z",
  ok: true,
  problems: [],
  stores: Object.fromEntries(
    ["mongo", "redis"].map((store) => {
      const told = inventory(store, keys(5), "2026-11-21T10:10:00.000Z");
      return [store, { seconds: 1, image: "i", coverage: told.coverage, inventory: told }];
    }),
  ),
};

function manifestOf({ id, instant }: Point, bytes = 10): string {
  const stores = ["mongo", "redis"].map((store) => [
    store,
    { canary: id, counts: {}, version: "1", image: "i", directories: { [store]: { files: 1, bytes } } },
  ]);
  const facts = { version: 1, point: id, lineage: "l", generation: 1, host: "h", stack: "s", instant };
  return JSON.stringify({ ...facts, pauseMs: 1, stores: Object.fromEntries(stores) as object });
}

function source(place: string): TestedSource {
  return {
    points: () => step(`points ${place}`, [point(9), proven, newest]),
    newestProven: () => Promise.resolve({ point: proven, proof }),
    manifest: (asked) => step(`manifest ${place} ${asked.snapshot}`, manifestOf(asked)),
    fetch: async (asked, target, signal) => {
      assert.equal(target, "/t/fetched");
      from = place;
      holds = "fetched";
      await step(`fetch ${place} ${asked.snapshot}`, undefined);
      signal.throwIfAborted();
    },
  };
}

function fixture(over: Partial<RestoreTestPorts> = {}) {
  const host = memoryHost();
  host.files.set("/proc/meminfo", "MemTotal: 9 kB\nMemAvailable:    4000000 kB\n");
  const container = { pid: 1, startedAt: "", running: true, paused: false, image: "i", health: null };
  const start = {
    image: "i@sha256:1",
    user: "1:1",
    entrypoint: null,
    args: ["serve"],
    env: [],
    memory: gibibyte,
    readOnlyRoot: true,
    capabilities: [],
    scratch: {},
    configs: [],
  };
  const remove = (id: string): Promise<void> => step(`remove ${id}`, void running.delete(id));
  const ports: RestoreTestPorts = {
    host: { ...host, readFile: (path) => (path === "/t/manifest" ? manifestThere() : host.readFile(path)) },
    docker: { aloneWith: () => Promise.resolve([...running]), removeContainer: remove },
    locks: new Locks(folder, "kaleem-agent restore-test"),
    log: new Log((line) => lines.push(line)),
    interrupted: new AbortController().signal,
    stores: [mongo, redis],
    storePorts: {
      docker: {
        startAlone: (alone: LoneContainer) => {
          assert.equal(holds, "placed");
          running.add(alone.name);
          return step(`start ${alone.name}`, alone.name);
        },
        inspectContainer: (id) => Promise.resolve({ ...container, id }),
        logOf: (id) => Promise.resolve(`the last words of ${id}, with ${secret}`),
        removeContainer: remove,
      },
      open: (service) =>
        step(`open ${service}`, {
          readCanary: () => Promise.resolve(proven.id),
          inventory: (request) => {
            const like = request.like === undefined ? "nothing" : "the proof";
            const told = inventory(service, entries[from] ?? {}, "2026-11-21T11:30:00.000Z");
            return step(`inventory ${service} like ${like}`, told);
          },
          resetUsers: () => Promise.resolve(),
          close: () => Promise.resolve(),
        }),
      unlock: () => Promise.resolve(),
      startLimitMs: 50,
      lookMs: 10,
    },
    sources: { local: source("local"), offsite: source("offsite") },
    folder: {
      fetched: "/t/fetched",
      manifest: "/t/manifest",
      make: () => step("make", undefined),
      measure: () => step("measure", { mongo: { files: 1, bytes: 10 }, redis: { files: 1, bytes: 10 } }),
      place: () => step("place", void (holds = "placed")),
      space: () => Promise.resolve({ freeBytes: free, totalBytes: 200 * gibibyte }),
      clear: () => {
        assert.equal(running.size, 0, "a container still uses what was fetched");
        holds = "nothing";
        return step("clear", undefined);
      },
    },
    proofFiles: {
      folderOf: (directory) => `/t/placed/files/${directory}`,
      give: (store, _user, secrets) =>
        step(`give ${store} ${Object.keys(secrets).join(" ")}`, {
          data: "/t/placed",
          secrets: "/g",
          files: {},
        }),
      clear: () => {
        assert.equal(running.size, 0, "a container still reads what it was given");
        return step("take away", undefined);
      },
    },
    startOf: () => Promise.resolve({ start, secrets: { "root-password": secret }, files: [] }),
    lookMs: 10,
    ...over,
  };
  const kept = new Map<string, TestedRepository>();
  const run = () =>
    testRestores(ports, (place, tested) => {
      kept.set(place, tested);
      return Promise.resolve();
    });
  return { ports, kept, run };
}

/** Of the point that was fetched last. */
function manifestThere(): Promise<string> {
  const snapshot = /s\d+$/.exec(happened.findLast((name) => name.startsWith("fetch")) ?? "")?.[0];
  return Promise.resolve(manifestOf(snapshot === "s11" ? newest : proven));
}

const hasCode =
  (exitCode: number, words: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof RecoveryError, String(error));
    assert.match(error.message, words);
    assert.equal(error.exitCode, exitCode);
    return true;
  };

async function allLocksAreFree(): Promise<void> {
  for (const name of ["restore-test", "proof", "maintenance"] as const)
    await (await new Locks(folder, "another").acquire(name)).release();
}

test("a point of each repository comes back, starts, and is held against what its proof says; nothing is left", async () => {
  const { run, kept } = fixture();
  const result = await run();
  const of = (place: string): string[] => [
    ...[`points ${place}`, `manifest ${place} s10`, "make", `fetch ${place} s10`, "measure", "place"],
    ...["mongo", "redis"].flatMap((store) => [
      `give ${store} root-password`,
      `start kaleem-proof-${store}`,
      `open ${store}`,
      `inventory ${store} like the proof`,
      `remove kaleem-proof-${store}`,
    ]),
    ...["take away", "clear"],
  ];
  assert.deepEqual(happened, ["clear", ...of("local"), ...of("offsite")]);
  assert.deepEqual([...kept.keys()], ["local", "offsite"]);
  assert.deepEqual(kept.get("offsite"), result.offsite);
  const { ok, bytes, compared, stores, problems } = result.local ?? assert.fail("not tested");
  assert.deepEqual([ok, bytes, compared, problems], [true, 20, true, []]);
  assert.deepEqual(Object.keys(stores), ["mongo", "redis"]);
  assert.match(
    lines.join("\n"),
    /From off-site point 20261121T100000Z-0000: 20 B back and started in .*, as its inventory says: mongo 3 of 3 items read/,
  );
  assert.equal(holds, "nothing");
  await allLocksAreFree();
});

test("a key that did not come back from off-site is named, and the local repository did well", async () => {
  entries["offsite"] = keys(4);
  const { run, kept } = fixture();
  await assert.rejects(
    run(),
    hasCode(
      exitCodes.verifyFailed,
      /^A restore would fail\. From off-site point 20261121T100000Z-0000: mongo: keys: database\/0\/string: .*5.*4/,
    ),
  );
  assert.deepEqual([kept.get("local")?.ok, kept.get("offsite")?.ok], [true, false]);
  assert.equal(holds, "nothing");
});

test("what the local repository cannot give keeps nobody from trying off-site", async () => {
  const { ports, run, kept } = fixture();
  upon = (name) => {
    if (name === "fetch local s10")
      throw new RecoveryError(exitCodes.repositoryDamaged, "a pack is missing.");
  };
  await assert.rejects(
    run(),
    hasCode(exitCodes.repositoryDamaged, /From this host point \S+: a pack is missing\.$/),
  );
  assert.deepEqual([kept.get("local")?.ok, kept.get("offsite")?.ok], [false, true]);
  assert.deepEqual(kept.get("local")?.problems, ["a pack is missing."]);
  await ports.folder.clear();
  await allLocksAreFree();
});

test("files that are not those of the manifest are refused before any store starts", async () => {
  const { ports, run } = fixture();
  const measure = () => Promise.resolve({ mongo: { files: 1, bytes: 9 }, redis: { files: 1, bytes: 10 } });
  const changed = { ...ports, folder: { ...ports.folder, measure } };
  await assert.rejects(
    testRestores(changed, () => Promise.resolve()),
    hasCode(exitCodes.pointRefused, /mongo\.bytes: the manifest says 10, the point holds 9/),
  );
  assert.ok(!happened.some((name) => name.startsWith("start")));
  assert.ok(run);
});

test("a point that was never proven starts, and the record says that nothing was compared", async () => {
  const { ports, kept } = fixture();
  const unproven = (place: string): TestedSource => ({
    ...source(place),
    newestProven: () => Promise.resolve(null),
  });
  const open: RestoreTestPorts["storePorts"]["open"] = async (...asked) => ({
    ...(await ports.storePorts.open(...asked)),
    readCanary: () => Promise.resolve(newest.id),
  });
  const result = await testRestores(
    {
      ...ports,
      storePorts: { ...ports.storePorts, open },
      sources: { local: unproven("local"), offsite: unproven("offsite") },
    },
    () => Promise.resolve(),
  );
  assert.deepEqual(
    [result.local?.point?.id, result.local?.ok, result.local?.compared],
    [newest.id, true, false],
  );
  assert.ok(happened.includes("inventory mongo like nothing"));
  assert.match(lines.join("\n"), /held against no inventory: it was never proven/);
  assert.equal(kept.size, 0);
});

test("a store without the point's mark is not restored, and its last words hold no secret", async () => {
  const { ports } = fixture();
  const open: RestoreTestPorts["storePorts"]["open"] = async (service, ...rest) => {
    const store = await ports.storePorts.open(service, ...rest);
    return service === "redis" ? { ...store, readCanary: () => Promise.resolve("another") } : store;
  };
  await assert.rejects(
    testRestores({ ...ports, storePorts: { ...ports.storePorts, open } }, () => Promise.resolve()),
    hasCode(
      exitCodes.notProven,
      /redis: not proven: the mark that was written just before the point is not there.*with \[secret\]/s,
    ),
  );
});

test("an empty repository is a failure, not a test that had nothing to do", async () => {
  const { ports } = fixture();
  const none = (place: string): TestedSource => ({ ...source(place), points: () => Promise.resolve([]) });
  await assert.rejects(
    testRestores({ ...ports, sources: { ...ports.sources, offsite: none("offsite") } }, () =>
      Promise.resolve(),
    ),
    hasCode(exitCodes.noPoint, /From off-site: it holds no point of this lineage/),
  );
});

test("it fetches nothing that there is no room for beside the reserve, or that could not be started", async () => {
  // 200 GiB have a reserve of 10 GiB; 1 GiB is to spare.
  free = 11 * gibibyte;
  await assert.rejects(
    fixture().run(),
    hasCode(exitCodes.diskFull, /want 11\.0 GiB; 11\.0 GiB are free\. A restore wants its room too/),
  );
  free = 100 * gibibyte;
  const poor = fixture();
  const readFile = () => Promise.resolve("MemAvailable: 1300000 kB\n");
  await assert.rejects(
    testRestores({ ...poor.ports, host: { ...poor.ports.host, readFile } }, () => Promise.resolve()),
    hasCode(exitCodes.busy, /No restore test now: mongo wants 1\.3 GiB of memory/),
  );
  assert.ok(!happened.some((name) => name.startsWith("fetch")));
});

for (const moment of ["fetch offsite s10", "inventory redis like the proof", "measure"])
  test(`a restore ends it, and has its room: ${moment}`, async () => {
    const { run } = fixture();
    const locks = new Locks(folder, "a restore");
    let restore: Awaited<ReturnType<Locks["acquire"]>> | undefined;
    upon = async (name) => {
      if (name !== moment) return;
      restore ??= await locks.acquire("restore");
      // Longer than it takes to be noticed.
      await new Promise((resolve) => setTimeout(resolve, 500));
    };
    await assert.rejects(run(), hasCode(exitCodes.busy, /No restore test now: somebody else wants its turn/));
    assert.deepEqual([running.size, holds], [0, "nothing"]);
    await restore?.release();
    await allLocksAreFree();
  });

test("it gives its room back as soon as the data volume fills up", async () => {
  const { run } = fixture();
  upon = async (name) => {
    if (name !== "fetch local s10") return;
    free = 10.1 * gibibyte;
    await new Promise((resolve) => setTimeout(resolve, 500));
  };
  await assert.rejects(run(), hasCode(exitCodes.busy, /10\.1 GiB are left on the data volume/));
  assert.equal(holds, "nothing");
});

test("while a restore or another test is at work it begins nothing", async () => {
  for (const name of ["restore", "restore-test"] as const) {
    const lock = await new Locks(folder, "another").acquire(name);
    await assert.rejects(
      fixture().run(),
      hasCode(exitCodes.busy, /a restore runs|restore-test lock is held/),
    );
    assert.deepEqual(happened, []);
    await lock.release();
  }
});

test("what a killed test has left is taken away, never under one that is at work", async () => {
  const { ports } = fixture();
  running.add("left");
  holds = "fetched";
  await clearRestoreTests(ports);
  assert.deepEqual(happened, ["remove left", "take away", "clear"]);
  for (const name of ["restore-test", "proof"] as const) {
    const lock = await new Locks(folder, "another").acquire(name);
    running.add("at work");
    await clearRestoreTests(ports);
    assert.equal(running.size, 1);
    await lock.release();
  }
  running.clear();
  await allLocksAreFree();
});
