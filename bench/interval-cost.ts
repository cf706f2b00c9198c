import type { LoadFigures } from "./closed-loop.ts";

/** What points cost, from windows with and without them in one run. */
export interface IntervalCost {
  readonly points: number;
  /** Orders acknowledged per second. */
  readonly perSecond: number;
  /** Against windows without points; 1 is no cost. */
  readonly throughputRatio: number;
  /** The same, of each round by itself: how far they are apart is the noise. */
  readonly roundRatios: readonly number[];
  readonly p50Ratio: number;
  readonly p99Ratio: number;
  readonly maxMs: number;
  /** What one point takes from the stores, as seconds of their full work. Less than nothing is noise. */
  readonly secondsPerPoint: number;
  /** That, as a share of the usual interval. */
  readonly shareAtFiveMinutes: number;
}

/** The usual `backups.pointEvery`, in seconds. */
const usualInterval = 300;

/** Compares all windows of one kind with all windows without points, which are of the same rounds in the same order. Pure. */
export function costOfPoints(
  without: readonly LoadFigures[],
  windows: readonly { readonly load: LoadFigures; readonly points: number }[],
): IntervalCost {
  const loads = windows.map(({ load }) => load);
  const points = windows.reduce((sum, window) => sum + window.points, 0);
  const seconds = loads.reduce((sum, load) => sum + load.seconds, 0);
  const throughputRatio = rate(loads) / rate(without);
  const secondsPerPoint = points === 0 ? 0 : (seconds * (1 - throughputRatio)) / points;
  return {
    points,
    perSecond: rate(loads),
    throughputRatio,
    roundRatios: loads.map((load, round) => rate([load]) / rate(without.slice(round, round + 1))),
    p50Ratio: mean(loads.map(({ p50Ms }) => p50Ms)) / mean(without.map(({ p50Ms }) => p50Ms)),
    p99Ratio: mean(loads.map(({ p99Ms }) => p99Ms)) / mean(without.map(({ p99Ms }) => p99Ms)),
    maxMs: Math.max(...loads.map(({ maxMs }) => maxMs)),
    secondsPerPoint,
    shareAtFiveMinutes: secondsPerPoint / usualInterval,
  };
}

function rate(loads: readonly LoadFigures[]): number {
  const orders = loads.reduce((sum, load) => sum + load.acknowledged, 0);
  return orders / loads.reduce((sum, load) => sum + load.seconds, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
