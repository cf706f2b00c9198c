import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import type { HostPort } from "../../host/host-port.ts";
import type { Locks } from "../../host/locks.ts";
import { size, type Log } from "../../host/log.ts";
import { writeMetrics } from "../../metrics/metrics.ts";
import type { Store } from "../../stores/store.ts";
import { readReserveState, reserveStatePath, type ReserveState } from "./reserve-state.ts";

const gibibyte = 2 ** 30;

/**
 * Bytes of a data volume that nobody else may take: with less a store fails or ends, and no point can be taken. 5 %, at least 1 GiB; of a
 * small volume an eighth, so that DiskSpaceLow (20 %) is always first. Pure.
 */
export function reserveOf(totalBytes: number): number {
  return Math.round(Math.max(totalBytes / 20, Math.min(gibibyte, totalBytes / 8)));
}

/** Writers are let in again with half as much more than the reserve: else they would be held back again at once. Pure. */
export function liftAt(reserveBytes: number): number {
  return reserveBytes * 1.5;
}

/** What keeping the reserve needs; tests give another. */
export interface ReservePorts {
  readonly host: HostPort;
  readonly log: Pick<Log, "line">;
  readonly locks: Pick<Locks, "taken">;
  readonly stores: readonly Pick<StatefulDefinition, "name" | "recovery">[];
  /** Of the data volume. */
  space(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
  open(store: string): Promise<Pick<Store, "refuseWrites" | "allowWrites" | "close">>;
  /** Whether the edge turns away what writes, and goes on with what reads. */
  setEdgeReadOnly(readOnly: boolean): Promise<void>;
}

/** How a look ended. */
export interface ReserveResult {
  readonly freeBytes: number;
  readonly reserveBytes: number;
  readonly blocked: boolean;
  /** Stores that refuse writes. */
  readonly refusing: readonly string[];
}

/**
 * Holds writers back before the data volume is full, and lets them in again once there is room: the edge turns away requests that write,
 * and each store that can do so refuses writes and goes on reading. The edge comes first, since it needs nobody and speaks for stores that
 * know no such state. While it lasts, every look asks again: a store that was started anew knows nothing of it.
 *
 * A restore is left alone: it writes by itself, and looks at the space before.
 * @throws RecoveryError `storeDown` naming each store that could not be asked; what could be done is done, and the next look tries again.
 */
export async function keepReserve(ports: ReservePorts): Promise<ReserveResult> {
  const { host, log, locks } = ports;
  const { freeBytes, totalBytes } = await ports.space();
  const reserveBytes = reserveOf(totalBytes);
  const state = await readReserveState(host);
  const short = freeBytes < (state === null ? reserveBytes : liftAt(reserveBytes));
  const tell = async (left: ReserveState | null): Promise<ReserveResult> => {
    await writeMetrics(host, layout.metrics, "reserve", [
      {
        name: "kaleem_writes_blocked",
        help: "1 while writes are refused, since the data volume is at its reserve.",
        labels: {},
        value: left === null ? 0 : 1,
      },
      {
        name: "kaleem_disk_reserve_bytes",
        help: "Free bytes of the data volume below which writes are refused.",
        labels: {},
        value: reserveBytes,
      },
    ]);
    const refusing = Object.keys(left?.refusing ?? {});
    return { freeBytes, reserveBytes, blocked: left !== null, refusing };
  };
  if (await locks.taken("restore")) {
    log.line("a restore is at work: whether writes are refused stays as it is");
    return tell(state);
  }
  if (short) {
    const since = state?.since ?? host.now().toISOString();
    if (state === null)
      log.line(
        `WARNING: ${size(freeBytes)} of the data volume are free, less than the reserve of ${size(reserveBytes)}: writes are refused until there are ${size(liftAt(reserveBytes))}. See docs/runbooks/WritesBlocked.md.`,
      );
    return block(
      ports,
      { freeBytes, reserveBytes, refusing: {}, ...state, asked: [...switches(ports)], since },
      tell,
    );
  }
  if (state === null) return tell(null);
  return lift(ports, state, freeBytes, tell);
}

type Tell = (left: ReserveState | null) => Promise<ReserveResult>;

async function block(ports: ReservePorts, state: ReserveState, tell: Tell): Promise<ReserveResult> {
  // Before anything is refused: whatever becomes of this run, the next one knows that there is something to lift.
  await keep(ports, state);
  await ports.setEdgeReadOnly(true);
  const refusing: Record<string, string | null> = { ...state.refusing };
  const failed = await each(ports, state.asked, async (name, store) => {
    const kept = await store.refuseWrites();
    refusing[name] = refusing[name] ?? kept;
    await keep(ports, { ...state, refusing });
  });
  const result = await tell({ ...state, refusing });
  if (failed.length > 0)
    throw new RecoveryError(
      exitCodes.storeDown,
      `Writes are turned away at the edge, but not by each store: ${failed.join(" ")} The next look tries again.`,
    );
  return result;
}

async function lift(
  ports: ReservePorts,
  state: ReserveState,
  freeBytes: number,
  tell: Tell,
): Promise<ReserveResult> {
  const refusing = new Map(Object.entries(state.refusing));
  const left = new Set(state.asked);
  const still = (): ReserveState => ({ ...state, asked: [...left], refusing: Object.fromEntries(refusing) });
  const failed = await each(
    ports,
    switches(ports).filter((name) => left.has(name)),
    async (name, store) => {
      await store.allowWrites(refusing.get(name) ?? null);
      refusing.delete(name);
      left.delete(name);
      await keep(ports, still());
    },
  );
  if (failed.length > 0) {
    await tell(still());
    throw new RecoveryError(
      exitCodes.storeDown,
      `There is room again, but writes are still refused: ${failed.join(" ")} The next look tries again.`,
    );
  }
  await ports.setEdgeReadOnly(false);
  await ports.host.removeFile(reserveStatePath);
  ports.log.line(`${size(freeBytes)} of the data volume are free: writes are taken again`);
  return tell(null);
}

/** Stores that can refuse writes. */
function switches({ stores }: ReservePorts): readonly string[] {
  return stores.flatMap(({ name, recovery }) => (recovery.writes === undefined ? [] : [name]));
}

/** Does it for each store; a sentence for each where it failed. */
async function each(
  ports: ReservePorts,
  names: readonly string[],
  work: (name: string, store: Pick<Store, "refuseWrites" | "allowWrites">) => Promise<void>,
): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const name of names) {
    try {
      const store = await ports.open(name);
      try {
        await work(name, store);
      } finally {
        await store.close();
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failed.push(`${name}: ${why}`);
      ports.log.line(`${name}: ${why}`);
    }
  }
  return failed;
}

async function keep({ host }: ReservePorts, state: ReserveState): Promise<void> {
  await host.writeFile(reserveStatePath, `${JSON.stringify(state, null, 2)}\n`, 0o644);
}
