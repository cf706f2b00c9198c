import type { Progress } from "../workstation/progress.ts";
import type { BenchStack } from "./bench-stack.ts";
import type { Benchmark } from "./benchmark.ts";
import { loadDuring } from "./closed-loop.ts";
import { pointsDuring } from "./points-during.ts";
import { JobFailed, runPoint, runShip } from "./run-job.ts";
import {
  costsOf,
  kinds,
  storesTable,
  type Kind,
  type Pauses,
  type Taken,
  type Window,
} from "./stores-table.ts";
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

/** What points cost the real stores: orders under full load, with and without, in turn; and the pause with many files. */
export async function benchmarkStores(
  stack: BenchStack,
  options: StoresBenchmarkOptions,
): Promise<Benchmark> {
  const { progress, rounds, customers, files } = options;
  const loop = { edge: stack.edge, check: stack.check, customers };
  return withTimersHeld(stack.host, async () => {
    await progress.step("warm-up", () =>
      loadDuring(loop, 10, () =>
        tolerant({ points: [], failures: [] }, async () => {
          await runPoint(stack.host);
        }),
      ),
    );
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
    return {
      name: "stores",
      table: storesTable(windows, pauses),
      notes: notesOf(windows, options),
      figures: { windows, costs: costsOf(windows), pauses },
    };
  });
}

async function window(
  stack: BenchStack,
  kind: Kind,
  { customers, seconds, everySeconds }: StoresBenchmarkOptions,
): Promise<Window> {
  const taken: Taken = { points: [], failures: [] };
  const take = (): Promise<void> =>
    tolerant(taken, async () => {
      taken.points.push(await runPoint(stack.host));
      if (kind === "points, shipped") await runShip(stack.host);
    });
  const { load } = await loadDuring(
    { edge: stack.edge, check: stack.check, customers },
    seconds,
    async () => {
      if (kind !== "no points") await pointsDuring({ seconds, everySeconds }, take);
    },
  );
  return { kind, load, ...taken };
}

/** A store that is overloaded may not answer in time: that point is lost, the measurement is not. */
async function tolerant({ failures }: Taken, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof JobFailed)) throw error;
    failures.push(error.message);
  }
}

async function pausesWith(
  stack: BenchStack,
  fillerFiles: number,
  { customers, points }: StoresBenchmarkOptions,
): Promise<Pauses> {
  return withFiller(stack.host, fillerFiles, async () => {
    // Copies and stores all of the filler: not what a usual point does.
    await runPoint(stack.host);
    const taken: Taken = { points: [], failures: [] };
    const { load } = await loadDuring({ edge: stack.edge, check: stack.check, customers }, 0, async () => {
      for (let count = 0; count < points; count += 1) {
        await tolerant(taken, async () => {
          taken.points.push(await runPoint(stack.host));
        });
      }
    });
    return { fillerFiles, load, ...taken };
  });
}

function notesOf(
  windows: readonly Window[],
  { customers, rounds, seconds, everySeconds }: StoresBenchmarkOptions,
): string[] {
  const perSecond = costsOf(windows)["no points"].perSecond.toFixed(0);
  return [
    `${customers} customers, each with one order in flight; ${rounds} rounds of ${seconds} s of each kind in turn, a point every ${everySeconds} s.`,
    `Without points: ${perSecond} orders/s. The customers, the stores, restic and the off-site server share this machine.`,
  ];
}
