import type { LastRestore, Place } from "./findings.ts";
import type { PhaseName } from "./phase-name.ts";

/** Cautious rates for a host that has not restored yet, in bytes a second. */
const firstRate: Readonly<Record<Place, number>> = { local: 60_000_000, offsite: 12_000_000 };

/** Cautious durations for a host that has not restored yet, in seconds. */
const firstSeconds: Readonly<Record<Exclude<PhaseName, "fetch">, number>> = {
  locate: 5,
  close: 15,
  "safety-point": 20,
  stop: 20,
  place: 2,
  "reset-users": 30,
  start: 30,
  prove: 60,
  verify: 20,
  open: 30,
  record: 20,
};

/** Expected seconds of a phase: as long as last time, `fetch` by its bytes and last time's rate. */
export function estimateSeconds(
  phase: PhaseName,
  from: Place,
  bytes: number | null,
  last: LastRestore | null,
): number {
  if (phase !== "fetch") return Math.ceil(last?.seconds[phase] ?? firstSeconds[phase]);
  const rate = last?.bytesPerSecond[from] ?? firstRate[from];
  // restic spends a few seconds on the repository's index before the first byte.
  return bytes === null ? 60 : 3 + Math.ceil(bytes / rate);
}
