import type { CopyRound } from "./copy-round.ts";

/** What copies cost, and what they cost the writers. */
export interface CopyBenchmark {
  readonly files: number;
  readonly bytes: number;
  /** Copies taken under load. */
  readonly copies: number;
  /** The very first copy, of everything. */
  readonly fullPassMs: number;
  /** Medians of the copies under load. */
  readonly firstPassMs: number;
  readonly syncMs: number;
  /** What the stores would stand still for, but for pausing and thawing themselves. */
  readonly secondPassMs: number;
  readonly secondPassWorstMs: number;
  /** Its two halves: looking grows with the number of files, sharing blocks with the pieces of those that changed. */
  readonly secondScanMs: number;
  readonly secondApplyMs: number;
  /** In how many pieces the big file lies at the end; each one is shared by itself. */
  readonly bigFileExtents: number;
  /** 4 KiB random writes a second, without and with copies, measured in turn in the same run. */
  readonly iopsWithout: number;
  readonly iopsWith: number;
  readonly ratio: number;
}

/** What was measured, as it came. */
export interface CopyMeasurements extends Pick<
  CopyBenchmark,
  "files" | "bytes" | "fullPassMs" | "bigFileExtents"
> {
  readonly rounds: readonly CopyRound[];
  /** Writes a second in each window. */
  readonly iopsWithout: readonly number[];
  readonly iopsWith: readonly number[];
}

/** Medians of what was measured; times in whole ms. */
export function summarizeCopies(measured: CopyMeasurements): CopyBenchmark {
  const { files, bytes, rounds, fullPassMs, bigFileExtents } = measured;
  const iopsWithout = median(measured.iopsWithout);
  const iopsWith = median(measured.iopsWith);
  return {
    files,
    bytes,
    copies: rounds.length,
    fullPassMs: Math.round(fullPassMs),
    firstPassMs: Math.round(median(rounds.map((round) => round.firstMs))),
    syncMs: Math.round(median(rounds.map((round) => round.syncMs))),
    secondPassMs: Math.round(median(rounds.map((round) => round.secondMs))),
    secondPassWorstMs: Math.round(Math.max(...rounds.map((round) => round.secondMs))),
    secondScanMs: Math.round(median(rounds.map((round) => round.secondScanMs))),
    secondApplyMs: Math.round(median(rounds.map((round) => round.secondMs - round.secondScanMs))),
    bigFileExtents,
    iopsWithout: Math.round(iopsWithout),
    iopsWith: Math.round(iopsWith),
    ratio: Number((iopsWith / iopsWithout).toFixed(3)),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
