import type { OplogEntry, OplogReader } from "../../catalog/oplog/oplog.ts";
import { comparePositions, positionText, timeOf } from "../../catalog/oplog/position.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { HostPort } from "../host/host-port.ts";
import type { Log } from "../host/log.ts";
import { readRecord } from "../host/read-record.ts";
import type { Bucket } from "../lineage/bucket.ts";
import type { Identity } from "../lineage/identity.ts";
import { contentOf, hashOf, judgeContinuity, nextHeader, readBefore } from "./plan-slice.ts";
import { sealSlice } from "./slice-object.ts";
import { digestOf, keyOf, type SliceHeader } from "./slice.ts";
import {
  pendingPath,
  pendingSliceSchema,
  tailRecordPath,
  tailRecordSchema,
  type PendingSlice,
  type TailRecord,
} from "./tail-record.ts";

/** What a tail works with; the agent gives the real ones. */
export interface TailPorts {
  readonly host: Pick<HostPort, "readFile" | "writeFile" | "removeFile" | "now">;
  readonly log: Pick<Log, "line">;
  readonly reader: OplogReader;
  readonly bucket: Pick<Bucket, "store" | "read">;
  readonly identity: Identity;
  /** With which this lineage's slices are sealed. */
  readonly key: Buffer;
  /** Memory of a round: entries of so many bytes, and one more. @default 8 MiB */
  readonly sliceBytes?: number;
  /** Has a recovery point taken soon: what is lost to a replay ends with it. */
  askForPoint(): Promise<void>;
}

/** How one look at the oplog ended. */
export interface TailRound {
  /** `none`: the engine has no oplog, or the data root no lineage. */
  readonly state: "none" | "idle" | "shipped";
  /** There is more to read at once. */
  readonly more: boolean;
  readonly record: TailRecord | null;
  /** Of what was shipped, the second of its oldest entry; null when it held none. */
  readonly oldest: number | null;
}

const defaultSliceBytes = 8 * 2 ** 20;

/**
 * One look at the oplog: reads what came after the last entry that is off-site, and ships it as the next slice of the chain. Where the
 * oplog does not go on from that entry, the hole is recorded, a new chain begins, and a point is asked for, from which a replay can begin.
 *
 * A slice is kept on the host before it is sent, and recorded after: whatever ends this in between, the next look sends the same bytes to the
 * same place. Nothing that a slice does not reach is recorded as shipped.
 * @throws RecoveryError as the bucket does, and what the store's client throws; the next look begins where this one did
 */
export async function tailOnce(ports: TailPorts): Promise<TailRound> {
  const { host, identity, reader, sliceBytes = defaultSliceBytes } = ports;
  if (identity.founded === null) return { state: "none", more: false, record: null, oldest: null };
  const known = await ownRecord(ports);
  const resumed = known === null ? null : await resume(ports, known);
  const newest = await reader.newest();
  if (newest === null) return { state: "none", more: false, record: resumed, oldest: null };
  const record = resumed ?? (await begin(ports, newest, null));
  const nowSeconds = Math.floor(host.now().getTime() / 1000);
  const before = readBefore(newest.position, nowSeconds);
  if (before !== null && before <= record.last.t) return idle(record);
  const entries = isNewest(newest, record)
    ? [newest]
    : await reader.read(record.last, { beforeSecond: before, bytes: sliceBytes });
  const broken = judgeContinuity(record, entries, await reader.oldest());
  if (broken !== null) {
    const fresh = await begin(ports, newest, { record, why: broken });
    return { state: "idle", more: true, record: fresh, oldest: null };
  }
  const size = entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const cut = size > sliceBytes;
  const header = nextHeader(record, { entries, before, cut }, nowSeconds);
  if (header === null) return idle(record);
  const shipped = await ship(ports, record, header, entries.slice(1));
  return { state: "shipped", more: cut, record: shipped, oldest: header.first?.t ?? null };
}

function idle(record: TailRecord): TailRound {
  return { state: "idle", more: false, record, oldest: null };
}

function isNewest(newest: OplogEntry, { last }: TailRecord): boolean {
  return comparePositions(newest.position, last) === 0;
}

/** Null where nothing was shipped yet of the lineage and generation that this host has now. */
async function ownRecord({ host, identity }: TailPorts): Promise<TailRecord | null> {
  const record = await readRecord(host, tailRecordPath, tailRecordSchema);
  const isOwn = record?.lineage === identity.lineage && record.generation === identity.generation;
  return isOwn ? record : null;
}

/** Begins a chain at the newest entry: what is written from now on is shipped. */
async function begin(
  ports: TailPorts,
  newest: OplogEntry,
  hole: { readonly record: TailRecord; readonly why: string } | null,
): Promise<TailRecord> {
  const { host, identity, log } = ports;
  const { lineage, generation } = identity;
  const counts = hole?.record.counts ?? { slices: 0, bytes: 0, entries: 0, gaps: 0 };
  const at = host.now().toISOString();
  const record: TailRecord = {
    version: 1,
    lineage,
    generation,
    last: newest.position,
    lastEntry: hashOf(newest.bytes),
    digest: null,
    until: 0,
    shippedAt: null,
    gap: hole === null ? null : { after: hole.record.last, why: hole.why, at, shipped: false },
    counts: { ...counts, gaps: counts.gaps + (hole === null ? 0 : 1) },
  };
  await keep(host, record);
  const where = `${timeOf(newest.position)} (${positionText(newest.position)})`;
  if (hole === null) log.line(`the oplog is shipped from ${where} on`);
  else {
    log.line(
      `hole in the slices of the oplog after ${timeOf(hole.record.last)} (${positionText(hole.record.last)}): ${hole.why}. They begin anew at ${where}; a point is asked for`,
    );
    await ports.askForPoint();
  }
  return record;
}

async function ship(
  ports: TailPorts,
  record: TailRecord,
  header: SliceHeader,
  entries: readonly OplogEntry[],
): Promise<TailRecord> {
  const { host, key } = ports;
  const object = await sealSlice(header, contentOf(entries), key);
  const pending: PendingSlice = { key: keyOf(header), header, object: object.toString("base64") };
  await host.writeFile(pendingPath, JSON.stringify(pending), 0o600);
  return send(ports, record, pending);
}

/** Sends what was on its way when the tail ended, unless it was recorded already. */
async function resume(ports: TailPorts, record: TailRecord): Promise<TailRecord> {
  const pending = await readRecord(ports.host, pendingPath, pendingSliceSchema);
  if (pending === null) return record;
  const { lineage, generation, previous, after } = pending.header;
  const follows =
    lineage === record.lineage &&
    generation === record.generation &&
    previous === record.digest &&
    comparePositions(after, record.last) === 0;
  if (follows) return send(ports, record, pending);
  await ports.host.removeFile(pendingPath);
  return record;
}

async function send(
  { host, bucket }: TailPorts,
  record: TailRecord,
  { key, header, object }: PendingSlice,
): Promise<TailRecord> {
  const bytes = Buffer.from(object, "base64");
  await storeOnce(bucket, key, bytes);
  const { slices, bytes: sent, entries, gaps } = record.counts;
  const next: TailRecord = {
    ...record,
    last: header.last,
    lastEntry: header.lastEntry,
    digest: digestOf(header),
    until: header.until,
    shippedAt: host.now().toISOString(),
    gap: record.gap === null ? null : { ...record.gap, shipped: true },
    counts: { slices: slices + 1, bytes: sent + bytes.length, entries: entries + header.entries, gaps },
  };
  await keep(host, next);
  await host.removeFile(pendingPath);
  return next;
}

/** The bucket's lock lets nobody write over a slice, not even with itself: one that is there already, byte for byte, is there. */
async function storeOnce(
  bucket: TailPorts["bucket"],
  key: string,
  bytes: Buffer<ArrayBuffer>,
): Promise<void> {
  try {
    await bucket.store(key, bytes);
  } catch (error) {
    if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.objectLocked) throw error;
    const there = await bucket.read(key);
    if (there?.equals(bytes) !== true) throw error;
  }
}

async function keep(host: TailPorts["host"], record: TailRecord): Promise<void> {
  await host.writeFile(tailRecordPath, `${JSON.stringify(record, null, 2)}\n`, 0o600);
}
