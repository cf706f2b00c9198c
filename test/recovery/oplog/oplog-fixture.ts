import { BSON, Timestamp } from "mongodb";
import { mongoOplog } from "../../../catalog/mongo/oplog.ts";
import { parseEntry } from "../../../catalog/mongo/oplog-entry.ts";
import type { OplogEntry, OplogReader } from "../../../catalog/oplog/oplog.ts";
import { comparePositions, type Position } from "../../../catalog/oplog/position.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { sliceKey } from "../../../recovery/oplog/slice-object.ts";
import type { TailPorts } from "../../../recovery/oplog/tail.ts";
import { parseKey, type SliceName } from "../../../recovery/oplog/slice.ts";

/** 2026-12-01T04:00:00Z. */
export const noon = 1_796_097_600;
export const key = sliceKey(Buffer.alloc(32, 7), "l1");

/** An entry as a server writes it, handmade. */
export function entry(
  position: Position,
  op: string,
  o: Record<string, unknown>,
  more: Record<string, unknown> = {},
): OplogEntry {
  const ns = op === "n" ? "" : op === "c" ? "kaleem.$cmd" : "kaleem.orders";
  const document = {
    op,
    ns,
    ts: new Timestamp(position),
    t: BSON.Long.ONE,
    v: BSON.Long.fromInt(2),
    o,
    ...more,
  };
  return parseEntry(BSON, Buffer.from(BSON.serialize(document)));
}

export const insert = (t: number, i: number, id: string): OplogEntry =>
  entry({ t, i }, "i", { _id: id, total: 1 });

export const noop = (t: number): OplogEntry => entry({ t, i: 1 }, "n", { msg: "periodic noop" });

/** An oplog in memory, of which the oldest entries may go. */
export class TestOplog implements OplogReader {
  entries: OplogEntry[];
  reads = 0;
  constructor(entries: readonly OplogEntry[] = []) {
    this.entries = [...entries];
  }
  newest(): Promise<OplogEntry | null> {
    return Promise.resolve(this.entries.at(-1) ?? null);
  }
  oldest(): Promise<Position | null> {
    return Promise.resolve(this.entries[0]?.position ?? null);
  }
  read(
    from: Position,
    { beforeSecond, bytes }: Parameters<OplogReader["read"]>[1],
  ): Promise<readonly OplogEntry[]> {
    this.reads += 1;
    const found: OplogEntry[] = [];
    let size = 0;
    for (const one of this.entries) {
      const isAsked =
        comparePositions(one.position, from) >= 0 && (beforeSecond === null || one.position.t < beforeSecond);
      if (!isAsked || size > bytes) continue;
      found.push(one);
      size += one.bytes.length;
    }
    return Promise.resolve(found);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A bucket in memory whose lock holds everything. */
export class TestBucket {
  readonly objects = new Map<string, Buffer<ArrayBuffer>>();
  /** Thrown by the next writes, each once; `stored` writes first. */
  failures: { readonly error: Error; readonly stored: boolean }[] = [];
  store(name: string, body: Buffer<ArrayBuffer>): Promise<void> {
    const failure = this.failures.shift();
    if (failure !== undefined && !failure.stored) return Promise.reject(failure.error);
    if (this.objects.has(name))
      return Promise.reject(new RecoveryError(exitCodes.objectLocked, `its lock holds ${name}`));
    this.objects.set(name, body);
    return failure === undefined ? Promise.resolve() : Promise.reject(failure.error);
  }
  read(name: string): Promise<Buffer<ArrayBuffer> | null> {
    return Promise.resolve(this.objects.get(name) ?? null);
  }
  names(): readonly SliceName[] {
    return [...this.objects.keys()].map(parseKey).filter((name) => name !== null);
  }
}

/** A host's files in memory, and a clock that is set. */
export class TestFiles {
  readonly files = new Map<string, string>();
  seconds = noon;
  readFile(path: string): Promise<string | null> {
    return Promise.resolve(this.files.get(path) ?? null);
  }
  writeFile(path: string, content: string): Promise<void> {
    this.files.set(path, content);
    return Promise.resolve();
  }
  removeFile(path: string): Promise<void> {
    this.files.delete(path);
    return Promise.resolve();
  }
  now(): Date {
    return new Date(this.seconds * 1000);
  }
}

/** Everything that a tail works with, in memory. */
export function tailFixture(entries: readonly OplogEntry[]) {
  const oplog = new TestOplog(entries);
  const bucket = new TestBucket();
  const host = new TestFiles();
  const asked: string[] = [];
  const lines: string[] = [];
  const ports: TailPorts = {
    host,
    log: { line: (text) => void lines.push(text) },
    reader: oplog,
    bucket,
    identity: {
      lineage: "l1",
      generation: 1,
      founded: { lineage: "l1", generation: 1, host: "machine" },
    },
    key,
    askForPoint: () => {
      asked.push(host.now().toISOString());
      return Promise.resolve();
    },
  };
  return { oplog, bucket, host, asked, lines, ports };
}

export const parse = (content: Buffer) => mongoOplog.parse(content);
