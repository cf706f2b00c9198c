import type { PointResult } from "../recovery/agent/answers/run-record.ts";
import type { LoadFigures } from "./closed-loop.ts";
import { costOfPoints, type IntervalCost } from "./interval-cost.ts";
import { spread } from "./render-benchmark.ts";
import { summarize } from "./summary.ts";

/** The kinds of window, in the order in which they follow each other. */
export const kinds = ["no points", "points", "points, shipped"] as const;
export type Kind = (typeof kinds)[number];

/** Orders for a while, with or without points. */
export interface Window extends Taken {
  readonly kind: Kind;
  readonly load: LoadFigures;
}

/** Points that were taken, and why others failed. */
export interface Taken {
  readonly points: PointResult[];
  readonly failures: string[];
}

/** Points under load, with so many small files more in the data tree. */
export interface Pauses extends Taken {
  readonly fillerFiles: number;
  readonly load: LoadFigures;
}

/** What was found, as rows; the first is the headings. Pure. */
export function storesTable(windows: readonly Window[], pauses: readonly Pauses[]): string[][] {
  const costs = Object.values(costsOf(windows));
  const row = (what: string, tell: (cost: IntervalCost) => string): string[] => [what, ...costs.map(tell)];
  return [
    ["", ...kinds],
    row("points taken", (cost) => String(cost.points)),
    ["points that failed", ...kinds.map((kind) => failuresOf(windows, kind))],
    row("orders, against none", (cost) => cost.throughputRatio.toFixed(3)),
    row("  round by round", (cost) => cost.roundRatios.map((ratio) => ratio.toFixed(2)).join(" ")),
    row("p50, against none", (cost) => cost.p50Ratio.toFixed(2)),
    row("p99, against none", (cost) => cost.p99Ratio.toFixed(2)),
    row("longest answer", (cost) => `${cost.maxMs.toFixed(0)} ms`),
    row("work lost to one point", (cost) => `${cost.secondsPerPoint.toFixed(2)} s`),
    row("share of orders lost at 5 min", (cost) => `${(cost.shareAtFiveMinutes * 100).toFixed(2)} %`),
    ["", "pause", "of it second pass", "failed"],
    ...pauses.map(pauseRow),
  ];
}

/** The cost of each kind of window against those without points. Pure. */
export function costsOf(windows: readonly Window[]): Record<Kind, IntervalCost> {
  return {
    "no points": costOf(windows, "no points"),
    points: costOf(windows, "points"),
    "points, shipped": costOf(windows, "points, shipped"),
  };
}

function costOf(windows: readonly Window[], kind: Kind): IntervalCost {
  const of = (wanted: Kind): Window[] => windows.filter((each) => each.kind === wanted);
  return costOfPoints(
    of("no points").map(({ load }) => load),
    of(kind).map(({ load, points }) => ({ load, points: points.length })),
  );
}

function failuresOf(windows: readonly Window[], kind: Kind): string {
  return String(windows.filter((each) => each.kind === kind).flatMap(({ failures }) => failures).length);
}

function pauseRow({ fillerFiles, points, failures }: Pauses): string[] {
  const of = (pick: (point: PointResult) => number): string =>
    points.length === 0 ? "–" : spread(summarize(points.map(pick)), "ms");
  return [
    `${fillerFiles} small files more, ${points.length} points`,
    of(({ pauseMs }) => pauseMs),
    of(({ secondPassMs }) => secondPassMs),
    String(failures.length),
  ];
}
