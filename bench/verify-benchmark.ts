import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { exitCodes, RecoveryError } from "../contract/exit-codes.ts";
import { causes } from "../drill/faults/causes.ts";
import { checks } from "../drill/faults/checks.ts";
import { subjects } from "../drill/faults/stores.ts";
import { bundleProgram } from "../local/images/bundle-program.ts";
import { command } from "../local/images/command.ts";
import { imageFiles, localImage } from "../local/images/local-image.ts";
import { minioImage } from "../local/images/minio/image.ts";
import { mongoImage } from "../local/images/mongo/image.ts";
import { qdrantImage } from "../local/images/qdrant/image.ts";
import { rabbitmqImage } from "../local/images/rabbitmq/image.ts";
import { redisImage } from "../local/images/redis/image.ts";
import { s3Image } from "../local/images/s3/image.ts";
import { ensurePrerequisites } from "../local/prerequisites/ensure-prerequisites.ts";
import type { Progress } from "../workstation/progress.ts";
import { repositoryRoot } from "../workstation/repository.ts";
import { runCommand } from "../workstation/run-command.ts";
import type { Benchmark } from "./benchmark.ts";
import { BenchDocker } from "./verify/bench-docker.ts";
import type { BenchOrder } from "./verify/bench-inside.ts";
import { Room } from "./verify/room.ts";
import {
  isAsExpected,
  planRuns,
  storesOf,
  type PlannedRun,
  type RunResult,
  type Wanted,
} from "./verify/runs.ts";
import { verdictTable } from "./verify/table.ts";

const recipes = {
  minio: minioImage,
  mongo: mongoImage,
  qdrant: qdrantImage,
  rabbitmq: rabbitmqImage,
  redis: redisImage,
} as const;

/** How the verdict is tried. */
export interface VerifyOptions extends Wanted {
  /** Tells each run as it ends. */
  readonly progress: Progress;
}

/** What came of it. */
export interface VerifyBenchmark {
  readonly benchmark: Benchmark;
  /** Runs that did not come to what they had to. */
  readonly wrong: readonly RunResult[];
}

/**
 * Tries the verdict of a restore: real stores are filled, copied, proven and shipped by the agent's own code; then, on a clone for each run,
 * something is changed, and a recovery has to say so. Without a Swarm. Needs root and this machine's Docker; nothing of it is left.
 */
export async function benchmarkVerify({ progress, ...wanted }: VerifyOptions): Promise<VerifyBenchmark> {
  const began = performance.now();
  const results = await makeRuns(planRuns(wanted), progress);
  const wrong = results.filter((one) => !isAsExpected(one));
  const seconds = (performance.now() - began) / 1000;
  return { benchmark: await describe(wanted, results, seconds), wrong };
}

/** Makes these recoveries on one base. @throws Error when one of them could not be made at all */
export async function makeRuns(
  runs: readonly PlannedRun[],
  progress: Progress,
): Promise<readonly RunResult[]> {
  if (runs.length === 0) throw new RangeError("bench verify: nothing to run: see --only and --untouched");
  await ensurePrerequisites(progress, ["live"]);
  const images: Record<string, string> = {};
  for (const store of storesOf(
    runs,
    subjects.map((subject) => subject.store),
  ))
    images[store] = (await localImage(recipes[store as keyof typeof recipes], progress)).reference;
  const server = await progress.step("S3 server", (report) => imageFiles(s3Image, report));
  const room = await Room.open();
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  // Whoever stops it finds nothing left, no mount either.
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    const programs = { agent: join(room.folder, "agent.mjs"), child: join(room.folder, "child.mjs") };
    await bundleProgram(join(repositoryRoot, "recovery/agent/main.ts"), programs.agent);
    await bundleProgram(join(repositoryRoot, "bench/verify/store-child.ts"), programs.child);
    const folder = join(room.folder, "s3");
    await mkdir(folder);
    await command(["tar", "-C", folder, "-xf", join(server, "rootfs.tar"), "./usr/local/bin/minio"]);
    const bucketProgram = join(folder, "usr/local/bin/minio");
    const order = { folder: room.folder, images, bucketProgram, programs, runs: [...runs], verbose: false };
    return await inNamespace(order, progress, interrupted.signal);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    await new BenchDocker(room.folder).clear();
    await room.close();
  }
}

async function inNamespace(
  order: BenchOrder,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly RunResult[]> {
  const program = fileURLToPath(new URL("./verify/inside.ts", import.meta.url));
  const results: RunResult[] = [];
  await progress.step(`${order.runs.length} recoveries`, async (report) => {
    const child = spawn("unshare", ["--mount", "--propagation", "private", "--", process.execPath, program], {
      stdio: ["pipe", "pipe", "pipe"],
      signal,
      env: { ...process.env, NODE_COMPILE_CACHE: join(order.folder, "compiled") },
    });
    child.stdin.end(JSON.stringify(order));
    const words = text(child.stderr);
    let failure: Error | undefined;
    child.on("error", (error) => (failure = error));
    const ended = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
    for await (const line of createInterface({ input: child.stdout })) {
      const result = JSON.parse(line) as RunResult;
      results.push(result);
      report(
        `${results.length} of ${order.runs.length}: ${result.name} ${isAsExpected(result) ? "as it has to be" : result.outcome}`,
      );
    }
    const code = await ended;
    if (signal.aborted)
      throw new RecoveryError(exitCodes.interrupted, "bench verify: stopped; nothing of it is left.");
    if (failure !== undefined) throw failure;
    if (code !== 0 || results.length < order.runs.length)
      throw new Error(
        `bench verify: ended with exit code ${code} after ${results.length} of ${order.runs.length} runs: ${(await words).trim().split("\n").slice(-12).join("\n")}`,
      );
  });
  return results;
}

async function describe(wanted: Wanted, results: readonly RunResult[], seconds: number): Promise<Benchmark> {
  const { seed } = wanted;
  const commit = await commitOf();
  const each = results.map((one) => one.seconds).sort((a, b) => a - b);
  const { table, notes } = verdictTable(results);
  return {
    name: "verify",
    table,
    notes: [
      ...notes,
      `Seed ${seed}, commit ${commit}. ${Math.round(seconds)} s in all; one run ${each[each.length >> 1] ?? 0} s (median), ${each.at(-1) ?? 0} s at most.`,
    ],
    figures: { seed, commit, wanted: { ...wanted }, checks, causes, results },
  };
}

/** With a plus when files differ from it. */
async function commitOf(): Promise<string> {
  const git = (...argv: readonly string[]) => runCommand(["git", "-C", repositoryRoot, ...argv]);
  const [head, changed] = [await git("rev-parse", "--short=12", "HEAD"), await git("status", "--porcelain")];
  if (head.code !== 0) return "unknown";
  return `${head.stdout.trim()}${changed.stdout.trim() === "" ? "" : "+"}`;
}
