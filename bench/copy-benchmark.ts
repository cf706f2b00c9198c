import { z } from "zod";
import { askAgent } from "../operator/agent/agent.ts";
import type { Progress } from "../workstation/progress.ts";
import type { BenchStack } from "./bench-stack.ts";
import type { Benchmark } from "./benchmark.ts";
import { withTimersHeld } from "./with-timers-held.ts";

/** What the host's `kaleem-agent bench-copy` answers. */
const copySchema = z.object({
  files: z.number(),
  bytes: z.number(),
  copies: z.number(),
  fullPassMs: z.number(),
  firstPassMs: z.number(),
  syncMs: z.number(),
  secondPassMs: z.number(),
  secondPassWorstMs: z.number(),
  secondScanMs: z.number(),
  secondApplyMs: z.number(),
  bigFileExtents: z.number(),
  iopsWithout: z.number(),
  iopsWith: z.number(),
  ratio: z.number(),
});
type CopyFigures = z.infer<typeof copySchema>;

export interface CopyBenchmarkOptions {
  /** Sizes of the tree, in files. */
  readonly files: readonly number[];
  /** Length of each of the six windows, three with copies and three without. */
  readonly seconds: number;
  /** Seconds from one copy to the next. */
  readonly everySeconds: number;
  readonly progress: Progress;
}

/** The two-pass copy by itself, on the host's data file system, while 4 KiB blocks are written at random. */
export async function benchmarkCopy(
  { host }: BenchStack,
  { files, seconds, everySeconds, progress }: CopyBenchmarkOptions,
): Promise<Benchmark> {
  const sizes = await withTimersHeld(host, async () => {
    const found: CopyFigures[] = [];
    for (const count of files) {
      const argv = ["bench-copy", "--files", count, "--seconds", seconds, "--every", everySeconds].map(
        String,
      );
      found.push(
        await progress.step(`copies of ${count} files`, () =>
          askAgent(host, { argv, schema: copySchema, timeoutMs: 1_800_000 }),
        ),
      );
    }
    return found;
  });
  const row = (what: string, tell: (figures: CopyFigures) => string): string[] => [what, ...sizes.map(tell)];
  return {
    name: "copy",
    table: [
      row("", (size) => `${size.files} files`),
      row("first copy of all", (size) => `${size.fullPassMs} ms`),
      row("copies under load", (size) => String(size.copies)),
      row("first pass, median", (size) => `${size.firstPassMs} ms`),
      row("sync, median", (size) => `${size.syncMs} ms`),
      row("second pass (the pause), median", (size) => `${size.secondPassMs} ms`),
      row("  looking at every file", (size) => `${size.secondScanMs} ms`),
      row("  sharing the blocks of what changed", (size) => `${size.secondApplyMs} ms`),
      row("  longest", (size) => `${size.secondPassWorstMs} ms`),
      row("pieces of the file that is written to", (size) => String(size.bigFileExtents)),
      row("random writes with copies : without", (size) => size.ratio.toFixed(2)),
      row("  writes a second without copies", (size) => String(size.iopsWithout)),
      row("  writing lost to one copy", (size) => `${lostSeconds(size, seconds).toFixed(1)} s`),
      row("  share lost at 5 min", (size) => `${((lostSeconds(size, seconds) / 300) * 100).toFixed(2)} %`),
    ],
    notes: [
      `A copy every ${everySeconds} s, ${Math.round(300 / everySeconds)} times as often as points at the usual 5 min; windows of ${seconds} s, in turn.`,
    ],
    figures: { seconds, everySeconds, sizes },
  };
}

/** What one copy takes from the writer, as seconds of its full work: three windows were with copies. */
function lostSeconds({ ratio, copies }: CopyFigures, windowSeconds: number): number {
  return ((1 - ratio) * 3 * windowSeconds) / copies;
}
