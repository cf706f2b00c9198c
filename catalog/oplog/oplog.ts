import { z } from "zod";
import type { ToolCall } from "../portable/portable.ts";
import type { StoreAddress } from "../recovery.ts";
import type { Position } from "./position.ts";

/** One entry of an oplog: what it does, as far as a recovery asks, and its bytes as the engine gave them. */
export interface OplogEntry {
  readonly position: Position;
  /** BSON. */
  readonly bytes: Buffer;
  readonly kind: "insert" | "update" | "delete" | "command" | "noop";
  /** Database and collection; of a command, the database and `$cmd`. */
  readonly namespace: string;
  /** Of a command: its name, and the collection or database that it is about. */
  readonly command?: { readonly name: string; readonly on: string };
  /** Of a part of a transaction: whose, and where its part before this one is; null for the first. */
  readonly transaction?: { readonly key: string; readonly previous: Position | null };
}

/** How much is read at once. */
export interface ReadLimits {
  /** Nothing of this second or later is read; null for no such limit. */
  readonly beforeSecond: number | null;
  /** It ends with the entry that exceeds so many bytes. */
  readonly bytes: number;
}

/** An open oplog, read from the host by the user who reads. Every method throws when the store does not answer in time. */
export interface OplogReader {
  /** Null while there is none. */
  newest(): Promise<OplogEntry | null>;
  /** Null while there is none. */
  oldest(): Promise<Position | null>;
  /** Entries from this position on, in order, the one at it included where it is still there. */
  read(from: Position, limits: ReadLimits): Promise<readonly OplogEntry[]>;
  close(): Promise<void>;
}

/** What a replay has done. */
export const replayedSchema = z.strictObject({
  inserts: z.number().int(),
  updates: z.number().int(),
  deletes: z.number().int(),
  commands: z.number().int(),
});
export type Replayed = z.infer<typeof replayedSchema>;

/** A store's log of its own changes, with which a recovery point is rolled forward. */
export interface Oplog<Client> {
  /** Whether a replay takes an entry: not what the platform sets itself, or what is of one node alone. Pure. */
  takes(entry: OplogEntry): boolean;
  /** Opens it for reading; with the passwords of `userSecrets` alone. */
  open(at: StoreAddress): Promise<OplogReader>;
  /** The entries of some bytes that were read. @throws Error, a sentence's part, for what is no sequence of entries */
  parse(content: Buffer): Promise<readonly OplogEntry[]>;
  /** Where the newest entry is, of those before a position when one is given; null while there is none. */
  position(client: Client, before?: Position): Promise<Position | null>;
  /** Whether there is an entry at this position. */
  has(client: Client, position: Position): Promise<boolean>;
  /** The engine's own tool for a replay, which reads entries on its standard input; null for an engine without one: `apply` serves it. */
  tool(client: Client, secrets: Readonly<Record<string, string>>): Promise<ToolCall | null>;
  /** Replays the entries of a file through the client. What was done already may be done again. */
  apply(client: Client, file: string): Promise<Replayed>;
}
