import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { ReflinkCopy } from "../../point/reflink-copy.ts";
import { BenchTree } from "./bench-tree.ts";
import { summarizeCopies, type CopyBenchmark } from "./copy-benchmark.ts";
import { parseCopyOptions, type CopyOptions } from "./copy-options.ts";
import { copyOnce, type CopyRound } from "./copy-round.ts";
import { WriteLoad } from "./write-load.ts";
import { runProgram } from "../../host/run-program.ts";

/**
 * `kaleem-agent bench-copy`: two-pass copies of a tree of small files and one big one, while 4 KiB blocks are written at random.
 * Works in a folder of its own on the data file system, and removes it.
 */
export async function benchCopyCommand(args: readonly string[], signal: AbortSignal): Promise<CopyBenchmark> {
  const options = parseCopyOptions(args);
  const folder = await mkdtemp(join(options.root, "bench-"));
  try {
    return await benchmarkIn(folder, options, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchmarkIn(
  folder: string,
  options: CopyOptions,
  signal: AbortSignal,
): Promise<CopyBenchmark> {
  const live = join(folder, "live");
  const tree = new BenchTree(join(live, "tree"), options.files);
  await tree.make();
  const copy = new ReflinkCopy({
    from: live,
    to: join(folder, "copy"),
    directories: ["tree"],
    index: join(folder, "index"),
  });
  const full = await copy.firstPass(signal);
  await copy.secondPass(signal);
  const held = await copy.finish();
  const load = new WriteLoad(tree.bigFile, tree.bigFileBytes);
  const rounds: CopyRound[] = [];
  const takeCopy = async (): Promise<void> => void rounds.push(await copyOnce(copy, load, tree, signal));
  const iops = await measureWrites(load, takeCopy, options, signal);
  await load.close();
  return summarizeCopies({
    files: options.files,
    bytes: held["tree"]?.bytes ?? 0,
    fullPassMs: full.scanMs + full.applyMs,
    rounds,
    bigFileExtents: await extentsOf(tree.bigFile, signal),
    ...iops,
  });
}

/** Writes a second in windows without and with copies. In turn, so that whatever else happens on the machine meets both alike. */
async function measureWrites(
  load: WriteLoad,
  takeCopy: () => Promise<void>,
  { seconds, everySeconds }: CopyOptions,
  signal: AbortSignal,
): Promise<{ readonly iopsWithout: readonly number[]; readonly iopsWith: readonly number[] }> {
  const iopsWithout: number[] = [];
  const iopsWith: number[] = [];
  const copyEvery = async (): Promise<void> => {
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until) {
      const started = performance.now();
      await takeCopy();
      await wait(
        Math.min(everySeconds * 1000 - (performance.now() - started), until - performance.now()),
        signal,
      );
    }
  };
  for (let turn = 0; turn < 3; turn += 1) {
    iopsWithout.push(await load.during(() => wait(seconds * 1000, signal)));
    iopsWith.push(await load.during(copyEvery));
  }
  return { iopsWithout, iopsWith };
}

async function extentsOf(path: string, signal: AbortSignal): Promise<number> {
  const { stdout } = await runProgram(["xfs_io", "-r", "-c", "stat", path], { signal });
  const count = /^fsxattr\.nextents = (\d+)$/m.exec(stdout)?.[1];
  if (count === undefined) throw new Error(`xfs_io did not say in how many pieces ${path} lies: ${stdout}`);
  return Number(count);
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
