import type { WriteStatistics } from "../recovery/business/write-statistics.ts";
import { repositoryRoot } from "../workstation/repository.ts";
import type { Progress } from "../workstation/progress.ts";
import { runCommand } from "../workstation/run-command.ts";
import type { BenchStack } from "./bench-stack.ts";
import type { Benchmark } from "./benchmark.ts";
import { faultsIn } from "../recovery/business/read-back.ts";
import { ordersDuring } from "./orders-during.ts";
import { readable } from "./render-benchmark.ts";

export interface RotationBenchmarkOptions {
  /** As `./kaleem secrets list` names them. */
  readonly secrets: readonly string[];
  readonly ordersPerSecond: number;
  readonly progress: Progress;
}

/** One rotation, and the orders that came in meanwhile. */
export interface MeasuredRotation {
  readonly secret: string;
  readonly seconds: number;
  readonly orders: WriteStatistics;
  /** Acknowledged orders that were not there, or altered, afterwards. */
  readonly lost: number;
}

/**
 * Rotates secrets one after the other while orders come in at a steady rate: how many of them are turned away, and for how long none is
 * taken. @throws Error with the command's last words when a rotation fails
 */
export async function benchmarkRotation(
  { stack, edge, check }: BenchStack,
  { secrets, ordersPerSecond, progress }: RotationBenchmarkOptions,
): Promise<Benchmark> {
  const rotations: MeasuredRotation[] = [];
  for (const secret of secrets)
    await progress.step(`rotation of ${secret}`, async (report) => {
      const { result, written, read } = await ordersDuring(edge, check, ordersPerSecond, async () => {
        const began = performance.now();
        await rotate(secret, stack);
        return (performance.now() - began) / 1000;
      });
      const { missing, altered, unanswered } = faultsIn(read);
      const lost = missing + altered + unanswered;
      rotations.push({ secret, seconds: result, orders: written, lost });
      report(`${written.acknowledged} of ${written.sent} orders`);
    });
  return renderRotations(rotations);
}

async function rotate(secret: string, stack: string): Promise<void> {
  const { code, stdout, stderr } = await runCommand(
    ["npm", "run", "--silent", "secrets", "--", "rotate", secret, "--stack", stack],
    { cwd: repositoryRoot },
  );
  if (code !== 0)
    throw new Error(`bench: the rotation of ${secret} failed: ${(stdout + stderr).slice(-2_000)}`);
}

/** The table of some rotations. Pure. */
export function renderRotations(rotations: readonly MeasuredRotation[]): Benchmark {
  const causes = rotations.flatMap(({ secret, orders }) =>
    Object.entries(orders.causes).map(([cause, times]) => `${secret}: ${times} × ${cause}`),
  );
  const lost = rotations.reduce((sum, rotation) => sum + rotation.lost, 0);
  return {
    name: "rotation",
    table: [
      ["rotation", "took", "orders", "acknowledged", "slowest of 100", "longest time without"],
      ...rotations.map(({ secret, seconds, orders: { sent, acknowledged, p99Ms, largestGapMs } }) => [
        secret,
        `${seconds.toFixed(0)} s`,
        String(sent),
        String(acknowledged),
        `${readable(p99Ms ?? 0)} ms`,
        `${readable(largestGapMs)} ms`,
      ]),
    ],
    notes: [
      `Of the acknowledged orders ${lost === 0 ? "none" : lost} ${lost === 1 ? "was" : "were"} missing, altered or unreadable afterwards.`,
      ...causes,
    ],
    figures: { rotations },
  };
}
