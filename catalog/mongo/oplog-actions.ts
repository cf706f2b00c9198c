import type { BSON as Bson } from "mongodb";
import { positionOf, transactionKey, type OplogDocument } from "./oplog-entry.ts";
import { positionText } from "../oplog/position.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Where a change belongs. */
interface At {
  readonly database: string;
  readonly collection: string;
}

/** One change, as a client makes it. Each may be made again. */
export type ReplayAction =
  /** Puts a document there whole, whatever was there. */
  | (At & { readonly do: "put"; readonly document: Fields })
  /** Replaces a document that is there. */
  | (At & { readonly do: "replace"; readonly filter: Fields; readonly document: Fields })
  /** Changes fields of a document that is there, by operators. */
  | (At & { readonly do: "update"; readonly filter: Fields; readonly update: Fields })
  /** Changes a document that is there by a difference, see `applyDiff`. */
  | (At & { readonly do: "diff"; readonly filter: Fields; readonly diff: Fields })
  | (At & { readonly do: "delete"; readonly filter: Fields })
  /** `ignore`: codes of errors that say that it was done already. */
  | {
      readonly do: "command";
      readonly database: string;
      readonly command: Fields;
      readonly ignore: readonly number[];
    };

const namespaceNotFound = 26;
const indexNotFound = 27;
const namespaceExists = 48;

/** Databases that a replay leaves alone. Transactions are written down as of admin, whatever they change. */
export const databasesLeftOut: Readonly<Record<string, string>> = {
  admin: "users and roles, which the platform sets itself",
  config: "of one server alone",
  local: "of one server alone",
  recovery: "where recovery keeps its own marks",
};

/**
 * What is to be done for each entry of an oplog, in order. It holds back the parts of a transaction until the one that commits it; what
 * was not committed by the end was never visible, and is left out.
 */
export class ReplayPlan {
  readonly #bson: typeof Bson;
  readonly #open = new Map<string, ReplayAction[]>();

  constructor(bson: typeof Bson) {
    this.#bson = bson;
  }

  /** Transactions that have begun, and have not ended. */
  get unfinished(): number {
    return this.#open.size;
  }

  /** @throws Error, a sentence's part, for an entry that is not understood: nothing may be passed over in silence */
  actions(entry: OplogDocument): readonly ReplayAction[] {
    try {
      const key = transactionKey(this.#bson, entry);
      return key === null ? actionsOf(entry) : this.#transaction(key, entry);
    } catch (cause) {
      throw new Error(
        `the entry at ${positionText(positionOf(entry.ts))}: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }

  #transaction(key: string, { o }: OplogDocument): readonly ReplayAction[] {
    const [name] = Object.keys(o);
    const held = this.#open.get(key) ?? [];
    if (name === "abortTransaction" || name === "commitTransaction") {
      this.#open.delete(key);
      return name === "commitTransaction" ? held : [];
    }
    const all = [...held, ...nested(o["applyOps"])];
    if (o["partialTxn"] === true || o["prepare"] === true) {
      this.#open.set(key, all);
      return [];
    }
    this.#open.delete(key);
    return all;
  }
}

function actionsOf({
  op,
  ns,
  o,
  o2,
}: Pick<OplogDocument, "op" | "ns" | "o" | "o2">): readonly ReplayAction[] {
  const dot = ns.indexOf(".");
  const at = { database: ns.slice(0, dot), collection: ns.slice(dot + 1) };
  if (op === "c" && "applyOps" in o) return nested(o["applyOps"]);
  if (dot > 0 && at.database in databasesLeftOut) return [];
  switch (op) {
    case "i":
      return [{ do: "put", ...at, document: o }];
    case "u":
      return [updateOf(at, o, filterOf(o2))];
    case "d":
      return [{ do: "delete", ...at, filter: filterOf(o) }];
    case "c":
      return commandsOf(at.database, o);
    default:
      // `n` does nothing; the others are a server's bookkeeping of its own record numbers.
      if (["n", "ci", "cu", "cd", "km"].includes(op)) return [];
      throw new Error(`its operation ${JSON.stringify(op)} is unknown`);
  }
}

function nested(operations: unknown): readonly ReplayAction[] {
  if (!Array.isArray(operations)) throw new Error("applyOps holds no list of operations");
  return (operations as OplogDocument[]).flatMap(actionsOf);
}

function filterOf(document: Fields | undefined): Fields {
  if (document === undefined || !("_id" in document))
    throw new Error("it does not say which document it changes");
  return { _id: document["_id"] };
}

function updateOf(at: At, o: Fields, filter: Fields): ReplayAction {
  const { $v: version, ...update } = o;
  const names = Object.keys(update);
  if (version !== undefined && Number(version) === 2) {
    const { diff } = update;
    if (typeof diff === "object" && diff !== null) return { do: "diff", ...at, filter, diff: diff as Fields };
    throw new Error("it is an update of version 2 without a difference");
  }
  if (names.length === 0 || !names.every((name) => name.startsWith("$")))
    return { do: "replace", ...at, filter, document: o };
  const unknown = names.find((name) => name !== "$set" && name !== "$unset");
  if (unknown !== undefined) throw new Error(`it is an update by ${unknown}, which is unknown`);
  return { do: "update", ...at, filter, update: withoutId(update) };
}

/** An engine may refuse to set the field that names the document, even to what it is; and an operator without fields. */
function withoutId(update: Fields): Fields {
  const entries = Object.entries(update).map(
    ([operator, given]) => [operator, without(given as Fields, "_id")] as const,
  );
  return Object.fromEntries(entries.filter(([, given]) => Object.keys(given).length > 0));
}

function without(fields: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([one]) => one !== name));
}

function commandsOf(database: string, o: Fields): readonly ReplayAction[] {
  const [name = ""] = Object.keys(o);
  const run = (command: Fields, ...ignore: readonly number[]): readonly ReplayAction[] => [
    { do: "command", database, command, ignore },
  ];
  switch (name) {
    case "create":
      return run(without(o, "idIndex"), namespaceExists);
    case "drop":
      return run({ drop: o["drop"] }, namespaceNotFound);
    case "dropDatabase":
      return run({ dropDatabase: 1 });
    case "renameCollection": {
      const { renameCollection, to, dropTarget } = o;
      const command = { renameCollection, to, dropTarget: dropTarget !== undefined && dropTarget !== false };
      return [{ do: "command", database: "admin", command, ignore: [namespaceNotFound] }];
    }
    case "createIndexes": {
      const { createIndexes, ...index } = o;
      return run({ createIndexes, indexes: [index] });
    }
    case "commitIndexBuild":
      return run({ createIndexes: o["commitIndexBuild"], indexes: o["indexes"] });
    case "startIndexBuild":
    case "abortIndexBuild":
    case "setMultikeyMetadata":
      return [];
    case "dropIndex":
    case "dropIndexes":
    case "deleteIndex":
    case "deleteIndexes":
      return run({ dropIndexes: o[name], index: o["index"] ?? o["name"] }, indexNotFound, namespaceNotFound);
    case "collMod":
    case "convertToCapped":
      return run(o);
    default:
      throw new Error(`its command ${name} is unknown, and what comes after it may need it`);
  }
}
