import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { BusinessCheck } from "../contract/business-check.ts";
import { drill } from "../drill/drill.ts";
import { PlaceSite } from "../drill/place-site.ts";
import { askAgent } from "../operator/agent/agent.ts";
import { openOffsite } from "../operator/offsite/offsite-access.ts";
import type { RemoteHost } from "../operator/ssh/remote-host.ts";
import { openPlace } from "../operator/stack/open-place.ts";
import { openStack } from "../operator/stack/stack.ts";
import { agentStatusSchema } from "../recovery/agent/answers/agent-status.ts";
import { readLedger } from "../recovery/business/ledger-file.ts";
import { CheckWriter } from "../recovery/business/check-writer.ts";
import type { Progress } from "../workstation/progress.ts";
import type { BenchStack } from "./bench-stack.ts";
import type { Benchmark } from "./benchmark.ts";
import { bucketPoints } from "./bucket-points.ts";
import {
  disagreement,
  drawMoments,
  judgeClaims,
  lossAt,
  summarizeLosses,
  type Claim,
  type Loss,
  type RealLoss,
  type StoredPoint,
} from "./rpo-loss.ts";

export interface RpoBenchmarkOptions {
  readonly minutes: number;
  readonly ordersPerSecond: number;
  /** How many moments losses are computed at. */
  readonly moments: number;
  /** Draws the moments, and how long each real loss waits. */
  readonly seed: number;
  /** How many stacks are really lost afterwards, one after the other. */
  readonly losses: number;
  readonly progress: Progress;
}

const lookMs = 10_000;
/** A bucket dates what it stores by the second, and each clock is read within about as much. */
const toleranceSeconds = 3;
/** Wanted of a platform under load. */
const wanted = { p50: 45, p99: 90 };

/**
 * What a total loss would cost at many moments of a while under load: by the bucket's contents and the log of acknowledged writes, beside
 * what `status` said at the time. Then stacks are really lost, and what is gone is held against what the bucket said.
 * @throws Error when no point reached the bucket meanwhile, or a real loss does not agree
 */
export async function benchmarkRpo(bench: BenchStack, options: RpoBenchmarkOptions): Promise<Benchmark> {
  const { minutes, moments, seed, losses: really, progress } = options;
  const { bucket } = await openOffsite(() => openStack(bench.stack), undefined);
  const load = await progress.step(`${minutes} min under load`, () => underLoad(bench, options));
  const points = await bucketPoints(bucket, load.hostAheadMs);
  const from = firstStored(points, load.from);
  const losses = drawMoments(seed, moments, from, load.to).map((at) => lossAt(at, points, load.acknowledged));
  const summary = summarizeLosses(losses);
  const claims = judgeClaims(losses, load.claims, toleranceSeconds);
  const real: RealLoss[] = [];
  for (let count = 0; count < really; count += 1)
    real.push(
      await progress.step(`real loss ${count + 1} of ${really}`, () => loseOne(bench.check, count, options)),
    );
  const apart = real.map(disagreement).filter((why) => why !== null);
  if (apart.length > 0)
    throw new Error(`bench: real losses do not agree with the bucket: ${apart.join("; ")}`);
  const row = (what: string, value: number, limit: number | null): string[] => [
    what,
    value.toFixed(1),
    limit === null ? "" : `${limit}`,
  ];
  return {
    name: "rpo",
    table: [
      [`loss at ${moments} moments of ${minutes} min`, "seconds", "wanted"],
      row("p50", summary.p50, wanted.p50),
      row("p99", summary.p99, wanted.p99),
      row("max", summary.max, null),
      ["acknowledged writes lost, at most", String(summary.mostWrites), ""],
      ["moments at which status claimed less", `${claims.tooSmall} of ${claims.judged}`, "0"],
      ["real losses that agree", `${real.length} of ${really}`, String(really)],
    ],
    notes: [
      `Seed ${seed}; ${load.acknowledged.length} acknowledged writes, ${points.length} points in the bucket.`,
      `Where status claimed less it was by ${claims.worst.toFixed(1)} s at most; ${toleranceSeconds} s are the clocks'.`,
    ],
    figures: {
      seed,
      summary,
      claims,
      real,
      points,
      losses,
      load: { ...load, acknowledged: load.acknowledged.length },
    },
  };
}

/** Before it, what was written earlier would count for nothing. */
function firstStored(points: readonly StoredPoint[], since: number): number {
  const stored = points.filter(({ instant }) => instant >= since).map(({ storedAt }) => storedAt);
  if (stored.length === 0)
    throw new Error("bench: no point of the time under load has reached the bucket: give it more minutes.");
  return Math.min(...stored);
}

interface Load {
  readonly from: number;
  readonly to: number;
  readonly hostAheadMs: number;
  /** Oldest first. */
  readonly acknowledged: readonly number[];
  readonly claims: readonly Claim[];
}

async function underLoad({ host, edge, check }: BenchStack, options: RpoBenchmarkOptions): Promise<Load> {
  const folder = await mkdtemp(join(tmpdir(), "kaleem-rpo-"));
  const ledgerFile = join(folder, "ledger.jsonl");
  try {
    const hostAheadMs = await aheadMs(host);
    const from = Date.now();
    const writer = await CheckWriter.start({
      target: edge,
      check,
      ledgerFile,
      ratePerSecond: options.ordersPerSecond,
      timeoutMs: 30_000,
      maxInFlight: options.ordersPerSecond * 60,
    });
    const claims: Claim[] = [];
    try {
      while (Date.now() < from + options.minutes * 60_000) {
        claims.push(await claimOf(host));
        await wait(lookMs);
      }
    } finally {
      await writer.stop();
    }
    const to = Date.now();
    return { from, to, hostAheadMs, acknowledged: await acknowledgedIn(ledgerFile), claims };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function acknowledgedIn(ledgerFile: string): Promise<readonly number[]> {
  const { entries } = await readLedger(ledgerFile);
  return entries.map(({ acknowledgedAt }) => Date.parse(acknowledgedAt)).sort((a, b) => a - b);
}

/** What a person would read, were the machine lost now. */
async function claimOf(host: RemoteHost): Promise<Claim> {
  const at = Date.now();
  const { stores } = await askAgent(host, { argv: ["status"], schema: agentStatusSchema, timeoutMs: 60_000 });
  const ages = Object.values(stores).map(({ offsite }) => offsite?.ageSeconds ?? null);
  return { at, seconds: ages.includes(null) ? null : Math.max(...ages.map((age) => age ?? 0)) };
}

async function aheadMs(host: RemoteHost): Promise<number> {
  const before = Date.now();
  const { stdout } = await host.run(["date", "+%s%3N"], { timeoutMs: 30_000 });
  return Number(stdout) - (before + Date.now()) / 2;
}

/** A stack of its own, lost with its disks while orders come in; the bucket is read before anything new comes into it. */
async function loseOne(
  check: BusinessCheck,
  count: number,
  { seed, ordersPerSecond, progress }: RpoBenchmarkOptions,
): Promise<RealLoss> {
  const name = `drill-rpo-${count + 1}`;
  const [stack, rebuilt] = [openStack(name), openStack(`${name}-rebuilt`, { offsiteOf: name })];
  for (const one of [rebuilt, stack]) await (await openPlace(one)).remove(progress);
  const folder = await mkdtemp(join(tmpdir(), "kaleem-rpo-"));
  const ledgerFile = join(folder, "ledger.jsonl");
  try {
    const site = new PlaceSite({ stack, rebuilt, progress, pointEvery: "30s" });
    const seen: { computed?: Loss } = {};
    const lose = site.lose.bind(site);
    site.lose = async () => {
      const { bucket } = await openOffsite(() => stack, undefined);
      const { offsetMs } = await site.clock();
      await lose();
      const at = Date.now();
      seen.computed = lossAt(at, await bucketPoints(bucket, offsetMs), await acknowledgedIn(ledgerFile));
    };
    // Somewhere between two points, elsewhere each time.
    const [tailMs = 0] = drawMoments(seed + count, 1, 0, 60_000);
    const report = await drill(site, {
      stack: name,
      check,
      ledgerFile,
      writesPerSecond: ordersPerSecond,
      tailMs,
    });
    if (seen.computed === undefined) throw new Error("bench: the stack was not lost");
    const { writes, point } = report;
    if (writes === null) throw new Error("bench: the drill kept no ledger");
    return {
      computed: seen.computed,
      point,
      lost: writes.lostAfterPoint,
      missingBefore: writes.missingOrAltered.length,
    };
  } finally {
    await (await openPlace(rebuilt)).remove(progress);
    await rm(folder, { recursive: true });
  }
}
