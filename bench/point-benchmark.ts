import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PointResult, ShipResult } from "../recovery/agent/answers/run-record.ts";
import { CheckWriter } from "../recovery/business/check-writer.ts";
import type { WriteStatistics } from "../recovery/business/write-statistics.ts";
import { layout } from "../contract/layout.ts";
import { parseOffsiteCredentials } from "../contract/offsite-credentials.ts";
import type { Progress } from "../workstation/progress.ts";
import type { BenchStack } from "./bench-stack.ts";
import type { Benchmark } from "./benchmark.ts";
import { bucketBytes } from "./bucket-bytes.ts";
import { readable, spread } from "./render-benchmark.ts";
import { runPoint, runShip } from "./run-job.ts";
import { summarize } from "./summary.ts";
import { withTimersHeld } from "./with-timers-held.ts";

export interface PointBenchmarkOptions {
  readonly points: number;
  readonly ships: number;
  readonly ordersPerSecond: number;
  readonly progress: Progress;
}

/** A shipping, and by how much it made the bucket grow. */
interface Shipping extends Pick<ShipResult, "copyMs" | "totalMs"> {
  readonly points: number;
  readonly bytes: number;
}

/**
 * Points and shippings while orders come in at a steady rate, with the priority of their units. First `points`
 * points; then they are shipped together; then `ships` times a point and its shipping.
 */
export async function benchmarkPoint(stack: BenchStack, options: PointBenchmarkOptions): Promise<Benchmark> {
  const { progress } = options;
  const folder = await mkdtemp(join(tmpdir(), "kaleem-bench-"));
  try {
    return await withTimersHeld(stack.host, async () => {
      await progress.step("a first point and shipping, not counted", async () => {
        await runPoint(stack.host);
        await runShip(stack.host);
      });
      const writer = await CheckWriter.start({
        target: stack.edge,
        check: stack.check,
        ledgerFile: join(folder, "ledger.jsonl"),
        ratePerSecond: options.ordersPerSecond,
      });
      let measured: Awaited<ReturnType<typeof measure>>;
      let orders: WriteStatistics;
      try {
        measured = await measure(stack, options);
      } finally {
        orders = await writer.stop();
      }
      return render(measured, orders);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(
  stack: BenchStack,
  { points: count, ships: shipCount, progress }: PointBenchmarkOptions,
): Promise<{ points: PointResult[]; together: Shipping; ships: Shipping[] }> {
  const points: PointResult[] = [];
  const take = async (): Promise<void> => {
    points.push(await runPoint(stack.host));
  };
  await progress.step("points", async (report) => {
    for (let taken = 1; taken <= count; taken += 1) {
      await take();
      report(`${taken} of ${count}`);
    }
  });
  const together = await progress.step("shipping all of them", () => shipped(stack));
  const ships: Shipping[] = [];
  await progress.step("points, each shipped", async (report) => {
    for (let done = 1; done <= shipCount; done += 1) {
      await take();
      ships.push(await shipped(stack));
      report(`${done} of ${shipCount}`);
    }
  });
  return { points, together, ships };
}

async function shipped({ host, offsite }: BenchStack): Promise<Shipping> {
  const { stdout } = await host.run(["cat", layout.offsiteCredentials], { timeoutMs: 30_000 });
  const keys = parseOffsiteCredentials(stdout, layout.offsiteCredentials);
  const before = await bucketBytes(offsite, keys);
  const { shipped: ids, copyMs, totalMs } = await runShip(host);
  return { points: ids.length, copyMs, totalMs, bytes: (await bucketBytes(offsite, keys)) - before };
}

function render(
  { points, together, ships }: Awaited<ReturnType<typeof measure>>,
  orders: WriteStatistics,
): Benchmark {
  const of = (pick: (point: PointResult) => number, unit: string): string =>
    spread(summarize(points.map(pick)), unit);
  const table = [
    ["", "min / median / max"],
    [`point: stores paused (${points.length} points)`, of((point) => point.pauseMs, "ms")],
    ["  of it the second pass", of((point) => point.secondPassMs, "ms")],
    ["  first pass, stores running", of((point) => point.firstPassMs, "ms")],
    ["  restic", of((point) => point.backupMs, "ms")],
    ["  in all", of((point) => point.totalMs, "ms")],
    ["  bytes processed", of((point) => point.bytes / 1e6, "MB")],
    ["  bytes added, before compression", of((point) => point.bytesAdded / 1e6, "MB")],
    ...(ships.length === 0
      ? []
      : [
          [`ship of one point (${ships.length})`, spread(summarize(ships.map((ship) => ship.totalMs)), "ms")],
          ["  bytes added off-site", spread(summarize(ships.map((ship) => ship.bytes / 1e6)), "MB")],
        ]),
    [`ship of ${together.points} points together`, `${readable(together.totalMs)} ms`],
    ["  bytes added off-site", `${readable(together.bytes / 1e6)} MB`],
  ];
  const { acknowledged, failed, unknown, altered, p50Ms, p99Ms, largestGapMs } = orders;
  return {
    name: "point",
    table,
    notes: [
      `Meanwhile ${acknowledged} orders were acknowledged (${failed} failed, ${unknown} unanswered, ${altered} altered): ` +
        `p50 ${p50Ms ?? "–"} ms, p99 ${p99Ms ?? "–"} ms, longest time without an acknowledgement ${readable(largestGapMs)} ms.`,
    ],
    figures: { points, together, ships, orders },
  };
}
