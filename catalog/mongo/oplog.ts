import type { Collection, Document, MongoClient, Timestamp as MongoTimestamp } from "mongodb";
import type { Oplog, OplogEntry, OplogReader, ReadLimits } from "../oplog/oplog.ts";
import { comparePositions, type Position } from "../oplog/position.ts";
import type { ToolCall } from "../portable/portable.ts";
import type { StoreAddress } from "../recovery.ts";
import { logIn, secretOf } from "./client.ts";
import { databasesLeftOut } from "./oplog-actions.ts";
import { parseEntry, positionOf, splitDocuments } from "./oplog-entry.ts";
import { replayEntries } from "./oplog-replay.ts";
import { toolLogin } from "./portable.ts";

/** The tail asks every few seconds; an answer that takes longer is none. */
const answerLimitMs = 20_000;

/**
 * The password comes first, as a line of a configuration file that lies on no disk; what follows are the entries. A replay of entries
 * alone wants an empty folder beside them.
 */
const replayScript = `IFS= read -r login
empty=$(mktemp -d) || exit 1
trap 'rmdir "$empty"' EXIT
mongorestore --config=/dev/fd/3 "$@" --dir="$empty" 3<<EOF
$login
EOF`;

/** mongorestore inside the store's task, as the user restore: every entry that it is given. Pure. */
export function replayTool(secrets: Readonly<Record<string, string>>): ToolCall {
  const argv = [
    ...["--host=127.0.0.1", "--port=27017", "--username=restore", "--authenticationDatabase=admin"],
    ...["--oplogReplay", "--oplogFile=/dev/stdin"],
  ];
  return {
    argv: ["sh", "-c", replayScript, "sh", ...argv],
    firstLine: toolLogin(secrets, "restore-password"),
  };
}

/** How MongoDB's oplog is read, and replayed. */
export const mongoOplog: Oplog<MongoClient> = {
  takes: ({ kind, namespace, command }) => {
    if (kind === "noop") return false;
    // Transactions are written down as of admin, whatever they change.
    if (command !== undefined && /^(applyOps|commitTransaction|abortTransaction)$/.test(command.name))
      return true;
    return !((namespace.split(".")[0] ?? "") in databasesLeftOut);
  },

  async open({ host, secrets }: StoreAddress): Promise<OplogReader> {
    const mongo = await logIn(host, "backup", secretOf(secrets, "backup-password"));
    const parse = await parser();
    return {
      newest: async () => {
        const [bytes] = await edge(mongo, -1);
        return bytes === undefined ? null : parse(bytes);
      },
      oldest: async () => {
        const [bytes] = await edge(mongo, 1);
        return bytes === undefined ? null : parse(bytes).position;
      },
      read: async (from, limits) => read(mongo, parse, from, limits),
      close: () => mongo.close(),
    };
  },

  async parse(content) {
    const parse = await parser();
    return splitDocuments(content).map(parse);
  },

  async position(mongo, before) {
    if (!(await isThere(mongo))) return null;
    const filter = before === undefined ? {} : { ts: { $lt: await timestamp(before) } };
    const newest = await entries(mongo).findOne(filter, { sort: { $natural: -1 }, projection: { ts: 1 } });
    return newest === null ? null : positionOf(newest["ts"] as MongoTimestamp);
  },

  async has(mongo, position) {
    const found = await entries(mongo).findOne({ ts: await timestamp(position) }, { projection: { ts: 1 } });
    return found !== null;
  },

  async tool(mongo, secrets) {
    const { commands } = await mongo.db("admin").command({ listCommands: 1 });
    return "applyOps" in (commands as Readonly<Record<string, unknown>>) ? replayTool(secrets) : null;
  },

  apply: replayEntries,
};

async function read(
  mongo: MongoClient,
  parse: (bytes: Buffer) => OplogEntry,
  from: Position,
  { beforeSecond, bytes: most }: ReadLimits,
): Promise<readonly OplogEntry[]> {
  const { Timestamp } = await import("mongodb");
  const before = beforeSecond === null ? {} : { $lt: new Timestamp({ t: beforeSecond, i: 0 }) };
  const cursor = entries(mongo).find(
    { ts: { $gte: await timestamp(from), ...before } },
    // What a crash could still take back is not read yet.
    { sort: { $natural: 1 }, raw: true, readConcern: "majority", maxTimeMS: answerLimitMs },
  );
  const found: OplogEntry[] = [];
  let bytes = 0;
  try {
    for await (const document of cursor) {
      const one = parse(asBuffer(document));
      found.push(one);
      bytes += one.bytes.length;
      if (bytes > most) break;
    }
  } finally {
    await cursor.close();
  }
  return found.sort((a, b) => comparePositions(a.position, b.position));
}

/** The oldest entry, or with -1 the newest; at most one, and none where there is no oplog. */
async function edge(mongo: MongoClient, order: 1 | -1): Promise<readonly Buffer[]> {
  if (!(await isThere(mongo))) return [];
  const options = { sort: { $natural: order }, limit: 1, raw: true, maxTimeMS: answerLimitMs } as const;
  return (
    await entries(mongo)
      .find({}, { ...options, readConcern: "majority" })
      .toArray()
  ).map(asBuffer);
}

/** An engine that is no replica set has none, and may refuse to be asked for its order. */
async function isThere(mongo: MongoClient): Promise<boolean> {
  const found = await mongo.db("local").listCollections({ name: "oplog.rs" }, { nameOnly: true }).toArray();
  return found.length > 0;
}

function entries(mongo: MongoClient): Collection {
  return mongo.db("local").collection("oplog.rs");
}

/** With `raw` the driver gives bytes, and its types do not say so. */
function asBuffer(document: Document): Buffer {
  return Buffer.from(document as unknown as Uint8Array);
}

async function parser(): Promise<(bytes: Buffer) => OplogEntry> {
  const { BSON } = await import("mongodb");
  return (bytes) => parseEntry(BSON, bytes);
}

async function timestamp(position: Position) {
  const { Timestamp } = await import("mongodb");
  return new Timestamp(position);
}
