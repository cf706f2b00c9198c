import { z } from "zod";
import type { StoreNumber } from "../store-number.ts";

/** What MongoDB answers to `hello`, `serverStatus` and `dbStats` of each database. */
export interface ServerAnswers {
  readonly hello: unknown;
  readonly serverStatus: unknown;
  readonly dbStats: readonly unknown[];
}

type Told = Omit<StoreNumber, "value"> & { readonly at: readonly [string, ...string[]] };
type Labels = Readonly<Record<string, string>>;

const operations = ["insert", "query", "update", "delete", "getmore", "command"];
const connectionsHelp = "Connections of clients, and how many more it would take.";
const operationsHelp = "Operations since MongoDB started.";

/** Where a number stands in the answer to `serverStatus`. A mongod tells them all, the stand-in few. */
const statusNumbers: readonly Told[] = [
  gauge("mongodb_ss_uptime", "Seconds since MongoDB started.", ["uptime"]),
  gauge("mongodb_ss_mem_resident", "Memory that MongoDB holds, in MiB.", ["mem", "resident"]),
  ...["current", "available"].map((state) =>
    gauge("mongodb_ss_connections", connectionsHelp, ["connections", state], { conn_type: state }),
  ),
  ...operations.map((kind) =>
    counter("mongodb_ss_opcounters", operationsHelp, ["opcounters", kind], { legacy_op_type: kind }),
  ),
  gauge("mongodb_ss_wt_cache_bytes_currently_in_the_cache", "What WiredTiger's cache holds.", [
    "wiredTiger",
    "cache",
    "bytes currently in the cache",
  ]),
  gauge("mongodb_ss_wt_cache_maximum_bytes_configured", "What WiredTiger's cache may hold.", [
    "wiredTiger",
    "cache",
    "maximum bytes configured",
  ]),
];

const databaseNumbers = (database: string): readonly Told[] => [
  gauge("mongodb_dbstats_objects", "Documents of a database.", ["objects"], { database }),
  gauge("mongodb_dbstats_dataSize", "Bytes of a database's documents.", ["dataSize"], { database }),
  gauge("mongodb_dbstats_storageSize", "Bytes they take on the disk.", ["storageSize"], { database }),
];

const count = z.number().nonnegative();
const hello = z.looseObject({ isWritablePrimary: z.boolean() });
const serverStatus = z.looseObject({
  uptime: count,
  metrics: z.looseObject({ commands: z.record(z.string(), z.unknown()) }).optional(),
});
const dbStats = z.array(z.looseObject({ db: z.string() }));
const databaseList = z.looseObject({ databases: z.array(z.looseObject({ name: z.string() })) });
/** The server's own. */
const serverDatabases = ["admin", "config", "local"];
/** Beside the commands stand a few plain numbers, such as `<UNKNOWN>`. */
const commandCounts = z.looseObject({ total: count, failed: count });

/** Whatever databases there are, by what `listDatabases` answers, but for the server's own. Pure. */
export function applicationDatabases(answer: unknown): readonly string[] {
  const { databases } = databaseList.parse(answer);
  return databases.map(({ name }) => name).filter((name) => !serverDatabases.includes(name));
}

/**
 * MongoDB's own numbers, by the names that Percona's exporter gives them, so that dashboards made for it fit. Pure.
 * @throws ZodError or Error naming what is not as MongoDB documents it
 */
export function serverNumbers(answers: ServerAnswers): StoreNumber[] {
  const { isWritablePrimary } = hello.parse(answers.hello);
  const status = serverStatus.parse(answers.serverStatus);
  const databases = dbStats.parse(answers.dbStats);
  const help = "1 while MongoDB takes writes.";
  return [
    { name: "kaleem_mongo_writable", help, kind: "gauge", labels: {}, value: Number(isWritablePrimary) },
    ...read(status, statusNumbers),
    ...Object.entries(status.metrics?.commands ?? {}).flatMap(commandNumbers),
    ...databases.flatMap((database) => read(database, databaseNumbers(database.db))),
  ];
}

/** Some two hundred commands exist; those that were never called are left out. */
function commandNumbers([command, counts]: readonly [string, unknown]): StoreNumber[] {
  const parsed = commandCounts.safeParse(counts);
  if (!parsed.success || parsed.data.total === 0) return [];
  const name = `mongodb_ss_metrics_commands_${command.replaceAll(/[^a-zA-Z0-9_]/g, "_")}`;
  return read(parsed.data, [
    counter(`${name}_total`, "Calls of a command since MongoDB started.", ["total"]),
    counter(`${name}_failed`, "Of them, those that failed.", ["failed"]),
  ]);
}

function read(answer: unknown, numbers: readonly Told[]): StoreNumber[] {
  return numbers.flatMap(({ at, ...number }) => {
    const value = at.reduce<unknown>(
      (part, key) => (part as Record<string, unknown> | undefined)?.[key],
      answer,
    );
    if (value === undefined) return [];
    const parsed = count.safeParse(value);
    if (parsed.success) return [{ ...number, value: parsed.data }];
    throw new Error(
      `MongoDB's ${at.join(".")}: expected a number of 0 or more, got ${JSON.stringify(value)}`,
    );
  });
}

function gauge(name: string, help: string, at: Told["at"], labels: Labels = {}): Told {
  return { name, help, kind: "gauge", at, labels };
}

function counter(name: string, help: string, at: Told["at"], labels: Labels = {}): Told {
  return { name, help, kind: "counter", at, labels };
}
