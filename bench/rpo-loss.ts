import { quantile } from "./summary.ts";

/** A point as the bucket holds it. All times are milliseconds since 1970 by one clock. */
export interface StoredPoint {
  readonly id: string;
  /** All that was acknowledged before it is in the point. */
  readonly instant: number;
  /** When the record that makes it a point lay in the bucket: all that it needs lies there before. */
  readonly storedAt: number;
}

/** What a total loss at one moment would take. */
export interface Loss {
  readonly at: number;
  /** The point that would come back; null when the bucket has none yet. */
  readonly point: string | null;
  /** Acknowledged writes that would be gone. */
  readonly writes: number;
  /** Since the oldest of them was acknowledged; 0 when none is lost. */
  readonly seconds: number;
}

/**
 * What a loss would take, by the bucket and the log of acknowledged writes alone. Pure.
 * @param acknowledged When each write was acknowledged, oldest first.
 */
export function lossAt(at: number, points: readonly StoredPoint[], acknowledged: readonly number[]): Loss {
  const there = points.filter(({ storedAt }) => storedAt <= at);
  const newest = there.reduce<StoredPoint | null>(
    (best, point) => (best === null || point.instant > best.instant ? point : best),
    null,
  );
  // One that was acknowledged at the instant itself may be in it, or not.
  const first = firstFrom(acknowledged, newest === null ? -Infinity : newest.instant);
  const end = firstFrom(acknowledged, at + 1);
  const oldest = acknowledged[first];
  const writes = Math.max(0, end - first);
  return {
    at,
    point: newest?.id ?? null,
    writes,
    seconds: writes === 0 || oldest === undefined ? 0 : (at - oldest) / 1000,
  };
}

/** Index of the first that is not before `from`. */
function firstFrom(sorted: readonly number[], from: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What `status` said of a loss of the machine. */
export interface Claim {
  readonly at: number;
  /** Null: everything. */
  readonly seconds: number | null;
}

/** How claims were held against losses. */
export interface JudgedClaims {
  /** Moments at which a claim was there. */
  readonly judged: number;
  /** Of these, how often a loss was larger than was claimed, by more than the clocks may differ. */
  readonly tooSmall: number;
  /** By how many seconds at most. */
  readonly worst: number;
}

/** A claim ages with the clock until the next one. Pure. @param toleranceSeconds By how much clocks may differ */
export function judgeClaims(
  losses: readonly Loss[],
  claims: readonly Claim[],
  toleranceSeconds: number,
): JudgedClaims {
  const short = losses.flatMap(({ at, seconds }) => {
    const claim = claims.filter((one) => one.at <= at).at(-1);
    if (claim === undefined) return [];
    return [claim.seconds === null ? 0 : seconds - (claim.seconds + (at - claim.at) / 1000)];
  });
  const tooSmall = short.filter((by) => by > toleranceSeconds);
  return { judged: short.length, tooSmall: tooSmall.length, worst: Math.max(0, ...tooSmall) };
}

/** So many moments between two, the same for the same seed, oldest first. Pure. */
export function drawMoments(seed: number, count: number, from: number, to: number): readonly number[] {
  const random = generator(seed);
  return Array.from({ length: count }, () => Math.floor(from + random() * (to - from))).sort((a, b) => a - b);
}

/** Mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What is told of many losses. */
export interface LossSummary {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly mostWrites: number;
}

/** @throws RangeError for none */
export function summarizeLosses(losses: readonly Loss[]): LossSummary {
  const seconds = losses.map((loss) => loss.seconds);
  return {
    p50: quantile(seconds, 0.5),
    p99: quantile(seconds, 0.99),
    max: quantile(seconds, 1),
    mostWrites: Math.max(...losses.map(({ writes }) => writes)),
  };
}

/** A loss that really happened, and what the bucket said of it at that moment. */
export interface RealLoss {
  readonly computed: Loss;
  /** The point that came back. */
  readonly point: string;
  /** Acknowledged writes that were gone afterwards. */
  readonly lost: number;
  /** Acknowledged before the point, and gone or altered: must be none. */
  readonly missingBefore: number;
}

/**
 * Why a real loss and the computed one do not agree, in words; null when they do: the same point, nothing gone that it holds, and no
 * more gone than was computed. Fewer may be: what was acknowledged within the copying may be in the point. Pure.
 */
export function disagreement({ computed, point, lost, missingBefore }: RealLoss): string | null {
  if (point !== computed.point)
    return `point ${computed.point ?? "none"} was to come back, ${point} came back`;
  if (missingBefore > 0) return `${missingBefore} writes are gone or altered that the point holds`;
  return lost > computed.writes ? `${lost} writes are gone, ${computed.writes} were computed` : null;
}
