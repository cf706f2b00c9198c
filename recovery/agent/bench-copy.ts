import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { exitCodes, RecoveryError } from "../exit-codes.ts";
import { layout } from "../layout.ts";
import { ReflinkCopy } from "../point/reflink-copy.ts";
import { runProgram } from "./run-program.ts";

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

const block = 4096;
const bigFileBytes = 256 * 1024 * 1024;
const smallFileBytes = 4096;
const filesPerFolder = 500;
/** Small files that change between two copies, beside the random writes. */
const changedPerCopy = 200;

/**
 * `kaleem-agent bench-copy`: two-pass copies of a tree of small files and one big one, while 4 KiB blocks are written at random.
 * Works in a folder of its own on the data file system, and removes it.
 */
export async function benchCopyCommand(args: readonly string[], signal: AbortSignal): Promise<CopyBenchmark> {
  const { files, seconds, root, everySeconds } = parseBenchArgs(args);
  const folder = await mkdtemp(join(root, "bench-"));
  try {
    const live = join(folder, "live");
    await makeTree(join(live, "tree"), files);
    const copy = new ReflinkCopy({
      from: live,
      to: join(folder, "copy"),
      directories: ["tree"],
      index: join(folder, "index"),
    });
    const full = await copy.firstPass(signal);
    await copy.secondPass(signal);
    const held = await copy.finish();
    const load = new WriteLoad(join(live, "tree", "big"));
    const without: number[] = [];
    const withCopies: number[] = [];
    const rounds: Round[] = [];
    // In turn, so that whatever else happens on the machine meets both alike.
    for (let turn = 0; turn < 3; turn += 1) {
      without.push(await load.during(() => wait(seconds * 1000, signal)));
      withCopies.push(
        await load.during(async () => {
          const until = performance.now() + seconds * 1000;
          while (performance.now() < until) {
            const started = performance.now();
            rounds.push(await copyOnce(copy, load, { live, files, root, signal }));
            await wait(
              Math.min(everySeconds * 1000 - (performance.now() - started), until - performance.now()),
              signal,
            );
          }
        }),
      );
    }
    await load.close();
    const bigFileExtents = await extentsOf(join(live, "tree", "big"), signal);
    const iopsWithout = median(without);
    const iopsWith = median(withCopies);
    return {
      files,
      bytes: held["tree"]?.bytes ?? 0,
      copies: rounds.length,
      fullPassMs: Math.round(full.scanMs + full.applyMs),
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
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Round {
  readonly firstMs: number;
  readonly syncMs: number;
  readonly secondMs: number;
  readonly secondScanMs: number;
}

interface Tree {
  readonly live: string;
  readonly files: number;
  readonly root: string;
  readonly signal: AbortSignal;
}

async function copyOnce(
  copy: ReflinkCopy,
  load: WriteLoad,
  { live, files, root, signal }: Tree,
): Promise<Round> {
  await touch(live, files, changedPerCopy);
  const first = await copy.firstPass(signal);
  const synced = performance.now();
  await runProgram(["sync", "-f", root], { signal });
  const syncMs = performance.now() - synced;
  await touch(live, files, changedPerCopy);
  // As the stores are paused.
  const second = await load.standingStill(() => copy.secondPass(signal));
  await copy.finish();
  return {
    firstMs: first.scanMs + first.applyMs,
    syncMs,
    secondMs: second.scanMs + second.applyMs,
    secondScanMs: second.scanMs,
  };
}

async function extentsOf(path: string, signal: AbortSignal): Promise<number> {
  const { stdout } = await runProgram(["xfs_io", "-r", "-c", "stat", path], { signal });
  const count = /^fsxattr\.nextents = (\d+)$/m.exec(stdout)?.[1];
  if (count === undefined) throw new Error(`xfs_io did not say in how many pieces ${path} lies: ${stdout}`);
  return Number(count);
}

/** Writes blocks at random places of one file, one after the other, and counts them. */
class WriteLoad {
  readonly #path: string;
  #file: Awaited<ReturnType<typeof open>> | null = null;
  #write: Promise<unknown> = Promise.resolve();
  #still: Promise<unknown> = Promise.resolve();
  constructor(path: string) {
    this.#path = path;
  }

  /** Writes a second while `work` runs. */
  async during(work: () => Promise<void>): Promise<number> {
    const file = (this.#file ??= await open(this.#path, "r+"));
    const ended = new AbortController();
    let written = 0;
    const started = performance.now();
    const writer = (async () => {
      const data = randomBytes(block);
      while (!ended.signal.aborted) {
        const place = Math.floor(Math.random() * (bigFileBytes / block)) * block;
        await this.#still;
        this.#write = file.write(data, 0, block, place);
        await this.#write;
        written += 1;
        // As a store's journal does, now and then.
        if (written % 256 === 0) await (this.#write = file.datasync());
      }
    })();
    try {
      await work();
    } finally {
      ended.abort();
      await writer;
    }
    return (written / (performance.now() - started)) * 1000;
  }

  /** No write begins while `work` runs, and none is under way. */
  async standingStill<T>(work: () => Promise<T>): Promise<T> {
    let go = (): void => undefined;
    this.#still = new Promise<void>((resolve) => (go = resolve));
    try {
      await this.#write;
      return await work();
    } finally {
      go();
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

async function makeTree(folder: string, files: number): Promise<void> {
  const data = randomBytes(smallFileBytes);
  for (let index = 0; index < files; index += 1) {
    if (index % filesPerFolder === 0)
      await mkdir(join(folder, String(index / filesPerFolder)), { recursive: true });
    await writeFile(smallFile(folder, index), data);
  }
  const big = await open(join(folder, "big"), "w");
  const chunk = randomBytes(1024 * 1024);
  for (let at = 0; at < bigFileBytes; at += chunk.length) await big.write(chunk, 0, chunk.length, at);
  await big.sync();
  await big.close();
}

async function touch(live: string, files: number, count: number): Promise<void> {
  for (let changed = 0; changed < Math.min(count, files); changed += 1) {
    await writeFile(
      smallFile(join(live, "tree"), Math.floor(Math.random() * files)),
      randomBytes(smallFileBytes),
    );
  }
}

function smallFile(folder: string, index: number): string {
  return join(folder, String(Math.floor(index / filesPerFolder)), `file-${index}`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

function parseBenchArgs(args: readonly string[]): {
  files: number;
  seconds: number;
  root: string;
  everySeconds: number;
} {
  const options = {
    files: { type: "string", default: "1000" },
    seconds: { type: "string", default: "10" },
    every: { type: "string", default: "5" },
    root: { type: "string", default: layout.dataRoot },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  const [files, seconds, everySeconds] = [Number(values.files), Number(values.seconds), Number(values.every)];
  if (!(
    Number.isInteger(files) &&
    files >= 1 &&
    files <= 1_000_000 &&
    seconds >= 1 &&
    seconds <= 600 &&
    everySeconds >= 1
  )) {
    throw new RecoveryError(
      exitCodes.usage,
      "bench-copy: --files must be 1 … 1000000, --seconds 1 … 600, --every at least 1 (seconds between copies).",
    );
  }
  return { files, seconds, root: values.root, everySeconds };
}
