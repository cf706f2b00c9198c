import type { Oplog, OplogEntry, Replayed } from "../../catalog/oplog/oplog.ts";
import { comparePositions, positionText, timeOf, type Position } from "../../catalog/oplog/position.ts";
import type { ToolCall } from "../../catalog/portable/portable.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { chooseSlices, type Span } from "./choose-slices.ts";
import { readSlices, type SliceReading } from "./read-slices.ts";
import { ReplayWindow } from "./replay-window.ts";
import type { SliceName } from "./slice.ts";

/** A store that stands at a recovery point, alone: nobody else writes to it. */
export interface ReplayStore {
  /** See `Oplog.position`. */
  position(before: Position): Promise<Position | null>;
  has(position: Position): Promise<boolean>;
  /** See `Oplog.tool`. */
  tool(): Promise<ToolCall | null>;
  apply(file: string): Promise<Replayed>;
}

/** What a replay does to a host; the agent gives the real ones. */
export interface ReplayPorts extends SliceReading {
  /** The names of a generation's slices. */
  list(): Promise<readonly SliceName[]>;
  readonly takes: Oplog<never>["takes"];
  readonly store: ReplayStore;
  /** A file that only root reads: what is written is appended. It is removed by `discard`. */
  append(bytes: Buffer): Promise<void>;
  readonly file: string;
  discard(): Promise<void>;
  /** Runs the store's own tool inside its task, the file on its standard input. */
  runTool(call: ToolCall): Promise<void>;
  say(line: string): void;
  readonly interrupted: AbortSignal;
}

/** How far a store was rolled forward. */
export interface ReplayResult {
  /** What the store held before; the entries after it were replayed. */
  readonly from: Position;
  /** The end that was asked for, and the last entry that is in. */
  readonly before: Position;
  readonly last: Position;
  readonly entries: number;
  /** What they did, where we counted it: the engine's own tool does not say. */
  readonly done: Replayed | null;
}

/**
 * Rolls a store forward from a recovery point to a place in its oplog. All that it needs is read, opened and held against its digests
 * before the first change; a hole, an altered slice, or a store that does not stand at that point changes nothing.
 * @throws RecoveryError `noPoint` when the bucket cannot take it there, with the nearest that it can; `repositoryDamaged`; `usage` when the
 * store is not at that point; `failed` when the replay itself ended early: the store is then in between, and its point must be restored again
 */
export async function replayOplog(span: Span, ports: ReplayPorts): Promise<ReplayResult> {
  const chosen = chooseSlices(await ports.list(), span);
  if ("code" in chosen) throw new RecoveryError(exitCodes.noPoint, chosen.sentence);
  const from = await whereItStands(span, chosen.beyond, ports.store);
  const window = new ReplayWindow(from, span.before);
  try {
    const found = await collect(chosen.slices, window, from, ports);
    if (!found && comparePositions(from, span.from) > 0)
      throw notAtPoint(`its newest entry before the end is at ${told(from)}, which no slice holds`);
    ports.say(`${window.count} entries to replay, ${told(from)} to ${told(window.last ?? from)}`);
    const done = window.count === 0 ? nothing : await apply(ports);
    return { from, before: span.before, last: window.last ?? from, entries: window.count, done };
  } finally {
    await ports.discard();
  }
}

const nothing: Replayed = { inserts: 0, updates: 0, deletes: 0, commands: 0 };

/** A store's own oplog tells exactly what its files hold; the point's manifest what they hold at least. */
async function whereItStands(span: Span, beyond: Position | null, store: ReplayStore): Promise<Position> {
  if (beyond !== null && (await store.has(beyond)))
    throw notAtPoint(`it holds what was written at ${told(beyond)}, which is not before the end`);
  const top = await store.position(span.before);
  // Loaded from a dump, it has no oplog of that time.
  if (top === null) return span.from;
  if (comparePositions(top, span.from) < 0)
    throw notAtPoint(`its oplog ends at ${told(top)}, before the point's ${told(span.from)}`);
  return top;
}

/** Writes down what is to be replayed. Whether an entry at `from` was among what was read. */
async function collect(
  slices: readonly SliceName[],
  window: ReplayWindow,
  from: Position,
  ports: ReplayPorts,
): Promise<boolean> {
  let found = false;
  for await (const entries of readSlices(ports, slices)) {
    ports.interrupted.throwIfAborted();
    found ||= entries.some(({ position }) => comparePositions(position, from) === 0);
    const taken = entries.flatMap((entry) => wanted(entry, window)).filter((entry) => ports.takes(entry));
    if (taken.length > 0) await ports.append(Buffer.concat(taken.map(({ bytes }) => bytes)));
  }
  return found;
}

function wanted(entry: OplogEntry, window: ReplayWindow): readonly OplogEntry[] {
  try {
    return window.take(entry);
  } catch (cause) {
    throw new RecoveryError(exitCodes.noPoint, `oplog: ${sentenceOf(cause)}.`, { cause });
  }
}

async function apply(ports: ReplayPorts): Promise<Replayed | null> {
  const tool = await ports.store.tool();
  try {
    if (tool === null) return await ports.store.apply(ports.file);
    await ports.runTool(tool);
    return null;
  } catch (cause) {
    ports.interrupted.throwIfAborted();
    throw new RecoveryError(
      exitCodes.failed,
      `The replay ended early: ${sentenceOf(cause)}. The store stands in between: restore its point again, and then repeat the replay.`,
      { cause },
    );
  }
}

function notAtPoint(why: string): RecoveryError {
  return new RecoveryError(
    exitCodes.usage,
    `The store does not stand at that point: ${why}. Nothing was changed. Restore the point first; while the store serves, nothing can be taken out of it.`,
  );
}

function told(position: Position): string {
  return `${timeOf(position)} (${positionText(position)})`;
}
