import type { MongoClient } from "mongodb";
import { entryPath } from "../inventory/inventory.ts";
import type { PortableSource, SelectedParts, ToolCall } from "../portable/portable.ts";
import { statedBelow, type Stated } from "../portable/stated.ts";
import type { MongoArchive } from "./archive.ts";

/** Databases that no file brings here, and why. */
const ownDatabases: Readonly<Record<string, string>> = {
  admin: "users and roles, which the platform sets itself",
  config: "of the server that the file is from",
  local: "of the server that the file is from",
  recovery: "where recovery keeps its own marks",
};

/** The password comes first, as a line of a configuration file that lies on no disk; what follows is the archive. */
const loadScript = `IFS= read -r login
exec mongorestore --config=/dev/fd/3 "$@" 3<<EOF
$login
EOF`;

const dumpScript = `IFS= read -r login
exec mongodump --config=/dev/fd/3 "$@" 3<<EOF
$login
EOF`;

/** What an archive holds, under the names that it shall have here. Pure. */
export function statedByArchive(
  { collections, oplogEntries }: MongoArchive,
  rename: Readonly<Record<string, string>>,
): Pick<PortableSource, "parts" | "stated" | "leftOut"> {
  const parts = new Set<string>();
  const left = new Set<string>();
  const stated: Stated[] = [];
  for (const collection of collections) {
    const { database } = collection;
    if (database in ownDatabases) left.add(database);
    else {
      parts.add(database);
      stated.push(...statedByCollection(collection, rename[database] ?? database));
    }
  }
  const leftOut = [...left].sort().map((name) => `the database ${name}: ${ownDatabases[name] ?? ""}`);
  if (oplogEntries > 0)
    leftOut.push(
      `its oplog of ${oplogEntries} entries, written while the dump was made: collections may be of instants a little apart`,
    );
  return { parts: [...parts].sort(), stated, leftOut };
}

function statedByCollection(
  { name, type, indexes, expires, documents, sum }: MongoArchive["collections"][number],
  database: string,
): readonly Stated[] {
  if (type === "view") return [{ path: entryPath("database", database, "view", name), kind: "views" }];
  const path = entryPath("database", database, "collection", name);
  const itself: Stated = { path, kind: "collections", options: { type } };
  // The archive has a time series by its buckets, the server by what is in them.
  if (type === "timeseries") return [itself];
  return [
    itself,
    ...indexes.map((index) => ({ path: `${path}/index/${entryPath(index)}`, kind: "indexes" })),
    {
      path: `${path}/documents`,
      kind: "documents",
      count: documents,
      sum,
      ...(expires ? { mayGo: documents } : {}),
    },
  ];
}

/** @param mongo logged in as one that may list every database */
export async function judgeArchive(mongo: MongoClient, source: PortableSource): Promise<readonly string[]> {
  const { databases } = await mongo.db("admin").command({ listDatabases: 1, nameOnly: true });
  const here = (databases as { name: string }[]).map(({ name }) => name);
  return judgeDatabases(source, here);
}

/** Why the databases of a file cannot come here, next to those that are here. Pure. */
export function judgeDatabases(source: PortableSource, here: readonly string[]): readonly string[] {
  const used = here.filter((name) => !(name in ownDatabases)).sort();
  return databasesOf(source.parts).flatMap((part) => {
    const renamed = source.rename[part];
    if (renamed !== undefined && renamed in ownDatabases)
      return [`mongo: --rename ${part}=${renamed}: ${renamed} is no database for data; give another name`];
    if (renamed !== undefined || used.length === 0 || used.includes(part)) return [];
    return [
      `mongo: ${source.name} holds the database ${part}, and here is ${used.join(", ")}: give --rename ${part}=${used[0] ?? ""} to replace that one, or --rename ${part}=${part} to keep its name`,
    ];
  });
}

function databasesOf(parts: readonly string[]): readonly string[] {
  return [...new Set(parts.map((part) => namespaceOf(part).database))];
}

/** A database, or `database.collection` of one collection or view. Pure. */
export function selectNamespaces(
  { parts, stated }: Pick<PortableSource, "parts" | "stated">,
  names: readonly string[],
): SelectedParts {
  const there = new Set(stated.map(({ path }) => path));
  const pathsOf = (name: string): readonly string[] => {
    const { database, collection } = namespaceOf(name);
    if (!parts.includes(database)) return [];
    if (collection === undefined) return [entryPath("database", database)];
    const kinds = ["collection", "view"].map((kind) => entryPath("database", database, kind, collection));
    return kinds.filter((path) => there.has(path));
  };
  return {
    parts: names.filter((name) => pathsOf(name).length > 0),
    stated: statedBelow(stated, names.flatMap(pathsOf)),
    known: [...parts, ...namespacesOf(stated)],
    missing: names.filter((name) => pathsOf(name).length === 0),
  };
}

/** For sentences: a name with odd signs is told as an inventory tells it. */
function namespacesOf(stated: readonly Stated[]): readonly string[] {
  return stated.flatMap(({ path }) => {
    const [, database = "", , name, more] = path.split("/");
    return name === undefined || more !== undefined ? [] : [`${database}.${name}`];
  });
}

/** No name of a database has a dot in it. */
function namespaceOf(part: string): { readonly database: string; readonly collection?: string } {
  const dot = part.indexOf(".");
  return dot < 0 ? { database: part } : { database: part.slice(0, dot), collection: part.slice(dot + 1) };
}

/** mongorestore inside the store's task, as the user restore: collections of the file are replaced whole, all others stay. */
export function loadArchive(
  secrets: Readonly<Record<string, string>>,
  { name, parts, rename, stated }: PortableSource,
): ToolCall {
  const renamed = parts.flatMap((part) => {
    const target = rename[part];
    return target === undefined || target === part ? [] : [`--nsFrom=${part}.*`, `--nsTo=${target}.*`];
  });
  const argv = [
    ...["--host=127.0.0.1", "--port=27017", "--username=restore", "--authenticationDatabase=admin"],
    ...["--archive", ...(name.endsWith(".gz") ? ["--gzip"] : [])],
    ...["--drop", "--stopOnError", "--bypassDocumentValidation", "--numInsertionWorkersPerCollection=4"],
    ...parts.flatMap((part) => namespacesIn(part, stated)).map((one) => `--nsInclude=${one}`),
    ...renamed,
  ];
  return { argv: ["sh", "-c", loadScript, "sh", ...argv], firstLine: toolLogin(secrets, "restore-password") };
}

/** What the tool calls a part: a time series is in the file by its buckets as well. */
function namespacesIn(part: string, stated: readonly Stated[]): readonly string[] {
  const { database, collection } = namespaceOf(part);
  if (collection === undefined) return [`${part}.*`];
  const path = entryPath("database", database, "collection", collection);
  const isSeries = stated.some((one) => one.path === path && one.options?.["type"] === "timeseries");
  const buckets = isSeries ? [`${database}.system.buckets.${collection}`] : [];
  return [part, ...buckets].map((name) => name.replaceAll(/[\\*]/g, "\\$&"));
}

/**
 * mongodump inside the store's task, as the user backup: every database. With the oplog, where there is one, so that a load that
 * replays it gives one instant.
 */
export async function dumpArchive(
  mongo: MongoClient,
  secrets: Readonly<Record<string, string>>,
): Promise<ToolCall> {
  const oplog = await mongo.db("local").listCollections({ name: "oplog.rs" }).toArray();
  const argv = [
    ...["--host=127.0.0.1", "--port=27017", "--username=backup", "--authenticationDatabase=admin"],
    ...["--archive", ...(oplog.length > 0 ? ["--oplog"] : [])],
  ];
  return { argv: ["sh", "-c", dumpScript, "sh", ...argv], firstLine: toolLogin(secrets, "backup-password") };
}

/** A line of the tools' configuration. */
export function toolLogin(secrets: Readonly<Record<string, string>>, name: string): string {
  const password = secrets[name] ?? "";
  if (password === "") throw new Error(`mongo: the secret ${name} is missing or empty; run ./kaleem up`);
  return `password: ${JSON.stringify(password)}`;
}
