import assert from "node:assert/strict";
import { test } from "node:test";
import { applicationDatabases, serverNumbers } from "../../../catalog/mongo/server-numbers.ts";

const hello = { isWritablePrimary: true, setName: "rs0", ok: 1 };
const dbStats = [
  { db: "kaleem", collections: 2, objects: 120, dataSize: 48_000, storageSize: 20_480, ok: 1 },
  { db: "shop", objects: 3, ok: 1 },
];
/** The parts that are read of what MongoDB's manual shows, with some beside them that are not. */
const serverStatus = {
  host: "mongo",
  uptime: 61,
  connections: { current: 12, available: 51_188, totalCreated: 40, active: 3 },
  opcounters: {
    insert: 5,
    query: 7,
    update: 2,
    delete: 0,
    getmore: 1,
    command: 90,
    deprecated: { query: 0 },
  },
  mem: { bits: 64, resident: 180, virtual: 2_600 },
  wiredTiger: { cache: { "bytes currently in the cache": 4_096, "maximum bytes configured": 536_870_912 } },
  metrics: { commands: { "<UNKNOWN>": 0, find: { failed: 1, total: 7 }, ping: { failed: 0, total: 0 } } },
  ok: 1,
};

/** Name and labels → value, as Prometheus names a series. */
function told(answers: Parameters<typeof serverNumbers>[0]): Record<string, number> {
  return Object.fromEntries(
    serverNumbers(answers).map(({ name, labels, value }) => [
      name +
        Object.entries(labels)
          .map(([key, label]) => `{${key}=${label}}`)
          .join(""),
      value,
    ]),
  );
}

test("what a mongod says is told by the names of its exporter; commands that were never called are left out", () => {
  assert.deepEqual(told({ hello, serverStatus, dbStats }), {
    kaleem_mongo_writable: 1,
    mongodb_ss_uptime: 61,
    mongodb_ss_mem_resident: 180,
    "mongodb_ss_connections{conn_type=current}": 12,
    "mongodb_ss_connections{conn_type=available}": 51_188,
    "mongodb_ss_opcounters{legacy_op_type=insert}": 5,
    "mongodb_ss_opcounters{legacy_op_type=query}": 7,
    "mongodb_ss_opcounters{legacy_op_type=update}": 2,
    "mongodb_ss_opcounters{legacy_op_type=delete}": 0,
    "mongodb_ss_opcounters{legacy_op_type=getmore}": 1,
    "mongodb_ss_opcounters{legacy_op_type=command}": 90,
    mongodb_ss_wt_cache_bytes_currently_in_the_cache: 4_096,
    mongodb_ss_wt_cache_maximum_bytes_configured: 536_870_912,
    mongodb_ss_metrics_commands_find_total: 7,
    mongodb_ss_metrics_commands_find_failed: 1,
    "mongodb_dbstats_objects{database=kaleem}": 120,
    "mongodb_dbstats_dataSize{database=kaleem}": 48_000,
    "mongodb_dbstats_storageSize{database=kaleem}": 20_480,
    "mongodb_dbstats_objects{database=shop}": 3,
  });
});

test("counters are told from gauges", () => {
  const kinds = new Map(
    serverNumbers({ hello, serverStatus, dbStats }).map(({ name, kind }) => [name, kind]),
  );
  assert.deepEqual(
    [...kinds].flatMap(([name, kind]) => (kind === "counter" ? [name] : [])),
    [
      "mongodb_ss_opcounters",
      "mongodb_ss_metrics_commands_find_total",
      "mongodb_ss_metrics_commands_find_failed",
    ],
  );
});

test("a server that tells less is measured by what it tells, and a member that takes no writes is one", () => {
  const answers = {
    hello: { isWritablePrimary: false },
    serverStatus: { uptime: 3 },
    dbStats: [{ db: "kaleem" }],
  };
  assert.deepEqual(told(answers), { kaleem_mongo_writable: 0, mongodb_ss_uptime: 3 });
});

test("a number that is none is named, and so is what must be there", () => {
  const mem = { resident: "much" };
  assert.throws(() => serverNumbers({ hello, serverStatus: { ...serverStatus, mem }, dbStats }), {
    message: `MongoDB's mem.resident: expected a number of 0 or more, got "much"`,
  });
  assert.throws(() => serverNumbers({ hello: {}, serverStatus, dbStats }), /isWritablePrimary/);
  assert.throws(() => serverNumbers({ hello, serverStatus: { ok: 1 }, dbStats }), /uptime/);
});

test("whatever databases there are count, but for the server's own", () => {
  const databases = ["admin", "shop", "local", "recovery", "config", "kaleem"].map((name) => ({ name }));
  assert.deepEqual(applicationDatabases({ databases, ok: 1 }), ["shop", "recovery", "kaleem"]);
});
