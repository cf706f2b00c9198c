import type { BSON as Bson, Timestamp } from "mongodb";
import type { OplogEntry } from "../oplog/oplog.ts";
import type { Position } from "../oplog/position.ts";

/** A document of `local.oplog.rs`, as far as it is read here. Numbers are as the driver gives them with `promoteValues: false`. */
export interface OplogDocument {
  readonly ts: Timestamp;
  /** `i`, `u`, `d`, `c` and `n`; newer servers have some of their own bookkeeping beside them. */
  readonly op: string;
  readonly ns: string;
  readonly o: Readonly<Record<string, unknown>>;
  readonly o2?: Readonly<Record<string, unknown>>;
  readonly lsid?: Readonly<Record<string, unknown>>;
  readonly txnNumber?: unknown;
  readonly prevOpTime?: { readonly ts: Timestamp };
  /** Of operations that were put into one entry and are no transaction. */
  readonly multiOpType?: unknown;
}

const kinds: Readonly<Record<string, OplogEntry["kind"]>> = {
  i: "insert",
  u: "update",
  d: "delete",
  c: "command",
};
/** Commands by which a transaction is written down. */
const ofTransaction = ["applyOps", "commitTransaction", "abortTransaction"];

/**
 * The documents in some bytes that were put one after the other. Types stay as they are written: a double that is a whole number stays one.
 * @throws Error, a sentence's part, for bytes that are no documents
 */
export function splitDocuments(content: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < content.length;) {
    const length = content.length - at < 4 ? 0 : content.readUInt32LE(at);
    if (length < 5 || at + length > content.length || content[at + length - 1] !== 0)
      throw new Error(`is damaged at byte ${at}: no document begins there`);
    found.push(content.subarray(at, at + length));
    at += length;
  }
  return found;
}

/** @throws Error, a sentence's part, for a document that is no entry */
export function parseEntry(bson: typeof Bson, bytes: Buffer): OplogEntry {
  const document = readDocument(bson, bytes);
  const { op, ns } = document;
  const kind = kinds[op] ?? "noop";
  const transaction = transactionOf(bson, document);
  return {
    position: positionOf(document.ts),
    bytes,
    kind,
    namespace: ns,
    ...(kind === "command" ? { command: commandOf(document) } : {}),
    ...(transaction === null ? {} : { transaction }),
  };
}

/** @throws Error, a sentence's part, for a document that is no entry */
export function readDocument(bson: typeof Bson, bytes: Buffer): OplogDocument {
  const document = bson.deserialize(bytes, {
    promoteValues: false,
    bsonRegExp: true,
  }) as Partial<OplogDocument>;
  const { ts, op, ns, o } = document;
  if (ts?._bsontype !== "Timestamp" || typeof op !== "string" || typeof ns !== "string" || !isObject(o))
    throw new Error("holds a document that is no entry of an oplog");
  return document as OplogDocument;
}

/** Pure. */
export function positionOf(ts: Timestamp): Position {
  return { t: ts.getHighBitsUnsigned(), i: ts.getLowBitsUnsigned() };
}

/** Whose transaction an entry belongs to, so that its parts are found; null for what is none. Pure. */
export function transactionKey(bson: typeof Bson, document: OplogDocument): string | null {
  const { op, o, lsid, txnNumber, multiOpType } = document;
  const [name = ""] = Object.keys(o);
  if (op !== "c" || !ofTransaction.includes(name) || lsid === undefined || txnNumber === undefined)
    return null;
  if (multiOpType !== undefined && Number(multiOpType) !== 0) return null;
  return Buffer.from(bson.serialize({ lsid, txnNumber })).toString("base64");
}

function transactionOf(
  bson: typeof Bson,
  document: OplogDocument,
): NonNullable<OplogEntry["transaction"]> | null {
  const key = transactionKey(bson, document);
  if (key === null) return null;
  const before = document.prevOpTime === undefined ? { t: 0, i: 0 } : positionOf(document.prevOpTime.ts);
  return { key, previous: before.t === 0 ? null : before };
}

function commandOf({ ns, o }: OplogDocument): NonNullable<OplogEntry["command"]> {
  const [name = ""] = Object.keys(o);
  const database = ns.replace(/\.\$cmd$/, "");
  const about = o[name];
  if (name === "renameCollection") return { name, on: typeof about === "string" ? about : database };
  return { name, on: typeof about === "string" ? `${database}.${about}` : database };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
