import type { PointResult } from "../../recovery/agent/run-record.ts";
import type { Progress } from "../progress.ts";
import type { BenchStack } from "./bench-stack.ts";
import type { Benchmark } from "./benchmark.ts";
import { loadDuring, type LoadFigures } from "./closed-loop.ts";
import { pointsDuring } from "./points-during.ts";
import { spread } from "./render-benchmark.ts";
import { runPoint, runShip } from "./run-job.ts";
import { costOfPoints, type IntervalCost } from "./interval-cost.ts";
import { summarize } from "./summary.ts";
import { withFiller } from "./with-filler.ts";
import { withTimersHeld } from "./with-timers-held.ts";

export interface StoresBenchmarkOptions {
  /** Orders under way at any time. */
  readonly customers: number;
  /** How often the three kinds of window follow each other. */
  readonly rounds: number;
  /** Length of a window. */
  readonly seconds: number;
  /** Seconds from one point to the next, where there are any. */
  readonly everySeconds: number;
  /** Small files in the data tree for the measurements of the pause. */
  readonly files: readonly number[];
  /** Points at each number of files. */
  readonly points: number;
  readonly progress: Progress;
}

/** The kinds of window, in the order in which they follow each other. */
const kinds = ["no points", "points", "points, shipped"] as const;
type Kind = (typeof kinds)[number];

interface Window {
  readonly kind: Kind;
  readonly load: LoadFigures;
  readonly points: readonly PointResult[];
}

interface Pauses {
  readonly fillerFiles: number;
  readonly load: LoadFigures;
  readonly points: readonly PointResult[];
  /** Points that the pause limit made give up. */
  readonly pastLimit: number;
}

/** What points cost the real stores: orders under full load, with and without, in turn; and the pause with many files. */
export async function benchmarkStores(
  stack: BenchStack,
  options: StoresBenchmarkOptions,
): Promise<Benchmark> {
  const { progress, rounds, customers, files } = options;
  const loop = { edge: stack.edge, customers };
  return withTimersHeld(stack.host, async () => {
    await progress.step("warm-up", () => loadDuring(loop, 10, () => runPoint(stack.host)));
    const windows: Window[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      for (const kind of kinds) {
        windows.push(
          await progress.step(`orders, round ${round} of ${rounds}: ${kind}`, () =>
            window(stack, kind, options),
          ),
        );
      }
    }
    const pauses: Pauses[] = [];
    for (const count of files) {
      pauses.push(await progress.step(`pauses with ${count} files`, () => pausesWith(stack, count, options)));
    }
    return render(windows, pauses, options);
  });
}

async function window(
  stack: BenchStack,
  kind: Kind,
  { customers, seconds, everySeconds }: StoresBenchmarkOptions,
): Promise<Window> {
  const points: PointResult[] = [];
  const take = async (): Promise<void> => {
    const point = await runPoint(stack.host);
    if (point !== null) points.push(point);
    if (kind === "points, shipped") await runShip(stack.host);
  };
  const { load } = await loadDuring({ edge: stack.edge, customers }, seconds, async () => {
    if (kind !== "no points") await pointsDuring({ seconds, everySeconds }, take);
  });
  return { kind, load, points };
}

async function pausesWith(
  stack: BenchStack,
  fillerFiles: number,
  { customers, points }: StoresBenchmarkOptions,
): Promise<Pauses> {
  return withFiller(stack.host, fillerFiles, async () => {
    // Copies and stores all of the filler: not what a usual point does.
    await runPoint(stack.host);
    const taken: (PointResult | null)[] = [];
    const { load } = await loadDuring({ edge: stack.edge, customers }, 0, async () => {
      for (let count = 0; count < points; count += 1) taken.push(await runPoint(stack.host));
    });
    const good = taken.filter((point) => point !== null);
    return { fillerFiles, load, points: good, pastLimit: taken.length - good.length };
  });
}

function render(
  windows: readonly Window[],
  pauses: readonly Pauses[],
  { customers, rounds, seconds, everySeconds }: StoresBenchmarkOptions,
): Benchmark {
  const costs = new Map(kinds.map((kind) => [kind, costOf(windows, kind)]));
  const row = (what: string, tell: (cost: IntervalCost) => string): string[] => [
    what,
    ...[...costs.values()].map(tell),
  ];
  return {
    name: "stores",
    table: [
      ["", ...kinds],
      row("points taken", (cost) => String(cost.points)),
      row("orders, against none", (cost) => cost.throughputRatio.toFixed(3)),
      row("p50, against none", (cost) => cost.p50Ratio.toFixed(2)),
      row("p99, against none", (cost) => cost.p99Ratio.toFixed(2)),
      row("longest answer", (cost) => `${cost.maxMs.toFixed(0)} ms`),
      row("work lost to one point", (cost) => `${cost.secondsPerPoint.toFixed(2)} s`),
      row("share of orders lost at 5 min", (cost) => `${(cost.shareAtFiveMinutes * 100).toFixed(2)} %`),
      ["", "pause", "of it second pass", "past the limit"],
      ...pauses.map(pauseRow),
    ],
    notes: [
      `${customers} customers, each with one order under way; ${rounds} rounds of ${seconds} s of each kind in turn, a point every ${everySeconds} s.`,
      `Without points: ${costs.get("no points")?.perSecond.toFixed(0) ?? "–"} orders/s. The customers, the stores, restic and the off-site server share this machine.`,
    ],
    figures: { windows, costs: Object.fromEntries(costs), pauses },
  };
}

function costOf(windows: readonly Window[], kind: Kind): IntervalCost {
  const of = (wanted: Kind): Window[] => windows.filter((each) => each.kind === wanted);
  return costOfPoints(
    of("no points").map(({ load }) => load),
    of(kind).map(({ load, points }) => ({ load, points: points.length })),
  );
}

function pauseRow({ fillerFiles, points, pastLimit }: Pauses): string[] {
  const of = (pick: (point: PointResult) => number): string =>
    points.length === 0 ? "–" : spread(summarize(points.map(pick)), "ms");
  return [
    `${fillerFiles} small files more, ${points.length} points`,
    of(({ pauseMs }) => pauseMs),
    of(({ secondPassMs }) => secondPassMs),
    String(pastLimit),
  ];
}
