import { createReadStream } from "node:fs";
import type { Document, MongoClient } from "mongodb";
import { ByteReader } from "../portable/byte-reader.ts";
import type { Replayed } from "../oplog/oplog.ts";
import { ReplayPlan, type ReplayAction } from "./oplog-actions.ts";
import { applyDiff } from "./oplog-diff.ts";
import { readDocument } from "./oplog-entry.ts";

/** MongoDB's own limit of a document, and what an entry has around it. */
const longestEntry = 16 * 1024 * 1024 + 16 * 1024;

/**
 * Replays the entries of a file through a client, one after the other: for an engine that has no `applyOps`. Types stay as they were
 * written; fields whose names are whole numbers may change their order.
 * @throws Error, a sentence's part, at the first entry that cannot be made
 */
export async function replayEntries(mongo: MongoClient, file: string): Promise<Replayed> {
  const { BSON } = await import("mongodb");
  const plan = new ReplayPlan(BSON);
  const done = { inserts: 0, updates: 0, deletes: 0, commands: 0 };
  for await (const bytes of documentsIn(file)) {
    for (const action of plan.actions(readDocument(BSON, bytes))) {
      await make(mongo, action);
      done[counted[action.do]] += 1;
    }
  }
  return done;
}

const counted = {
  put: "inserts",
  replace: "updates",
  update: "updates",
  diff: "updates",
  delete: "deletes",
  command: "commands",
} as const satisfies Record<ReplayAction["do"], keyof Replayed>;

async function* documentsIn(file: string): AsyncGenerator<Buffer> {
  const reader = new ByteReader(createReadStream(file));
  while (!(await reader.atEnd())) {
    const start = await reader.read(4);
    const length = start.readUInt32LE();
    if (length < 5 || length > longestEntry)
      throw new Error(`the entries are damaged at byte ${reader.position - 4}: none is ${length} bytes long`);
    yield Buffer.concat([start, await reader.read(length - 4)]);
  }
}

async function make(mongo: MongoClient, action: ReplayAction): Promise<void> {
  if (action.do === "command") return command(mongo, action);
  const collection = mongo.db(action.database).collection(action.collection);
  switch (action.do) {
    case "put":
      await collection.replaceOne({ _id: action.document["_id"] } as Document, action.document, {
        upsert: true,
        bypassDocumentValidation: true,
      });
      return;
    case "replace":
      await collection.replaceOne(action.filter, action.document);
      return;
    case "update":
      if (Object.keys(action.update).length > 0) await collection.updateOne(action.filter, action.update);
      return;
    case "diff": {
      const options = { promoteValues: false, bsonRegExp: true } as const;
      const present = await collection.findOne(action.filter, options);
      // Taken away by a later entry, which the point has already.
      if (present === null) return;
      await collection.replaceOne(action.filter, applyDiff(present, action.diff));
      return;
    }
    case "delete":
      await collection.deleteOne(action.filter);
  }
}

async function command(
  mongo: MongoClient,
  { database, command: given, ignore }: Extract<ReplayAction, { do: "command" }>,
): Promise<void> {
  try {
    await mongo.db(database).command(given);
  } catch (error) {
    const { MongoServerError } = await import("mongodb");
    if (error instanceof MongoServerError && ignore.some((code) => code === error.code)) return;
    throw error;
  }
}
