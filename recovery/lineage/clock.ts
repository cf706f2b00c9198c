import { z } from "zod";
import { readRecord } from "../host/read-record.ts";
import { writeMetrics } from "../metrics/metrics.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { HostPort } from "../host/host-port.ts";
import { layout } from "../../contract/layout.ts";

/** How far this host's clock may be from the bucket's before it is said. */
export const clockToleranceMs = 60_000;

/** How the newest point's instant lies to the one before it. */
const pointClockSchema = z.strictObject({
  point: z.string(),
  /** Milliseconds by which the clock went back, since the point before or while this one was copied; 0 when time went on. */
  wentBackMs: z.number(),
});

/** How this host's clock lies to the bucket's. */
const bucketClockSchema = z.strictObject({
  /** Milliseconds by which the bucket's is ahead; negative when behind. */
  aheadMs: z.number(),
  comparedAt: z.iso.datetime(),
});

/** What was last seen of this host's clock; null what was never looked at. A point and a shipping each keep a file of their own. */
export interface ClockSeen {
  readonly point: z.infer<typeof pointClockSchema> | null;
  readonly bucket: z.infer<typeof bucketClockSchema> | null;
}

const pointClockPath = `${layout.agentState}/clock-point.json`;
const bucketClockPath = `${layout.agentState}/clock-bucket.json`;

interface ClockPorts {
  readonly host: HostPort;
  readonly log: { line(text: string): void };
}

/**
 * Judges the clock by a new point: said, recorded and measured when it went back since the point before. That one is taken all the same,
 * since its number keeps it in order.
 * @throws RecoveryError `failed` when the clock went back while the point was copied: then its instant is later than its copies, and what
 * it says of acknowledged writes is not so.
 */
export async function judgePointClock(
  { host, log }: ClockPorts,
  point: { readonly id: string; readonly instant: string; readonly copiedAt: readonly string[] },
  previousInstant: string | null,
): Promise<void> {
  const instant = Date.parse(point.instant);
  const wentBackMs = previousInstant === null ? 0 : Math.max(0, Date.parse(previousInstant) - instant);
  const during = Math.max(0, ...point.copiedAt.map((copied) => instant - Date.parse(copied)));
  if (previousInstant !== null && wentBackMs > 0) {
    log.line(
      `WARNING: this host's clock went back: point ${point.id} is dated ${seconds(wentBackMs)} before the one before it (${previousInstant}). It is the newer one all the same, by its number. See \`timedatectl\`.`,
    );
  }
  const record = { point: point.id, wentBackMs: Math.max(wentBackMs, during) };
  await host.writeFile(pointClockPath, `${JSON.stringify(record)}\n`, 0o644);
  await writeMetrics(host, layout.metrics, "clock-point", [
    {
      name: "backup_clock_went_back_seconds",
      help: "By how much the newest point is dated before the one before it; 0 when time went on.",
      labels: {},
      value: record.wentBackMs / 1000,
    },
  ]);
  if (during > 0) {
    throw new RecoveryError(
      exitCodes.failed,
      `No point: this host's clock went back by ${seconds(during)} while ${point.id} was copied, so its instant is later than its copies. See \`timedatectl\`; the next point is taken as always.`,
    );
  }
}

/**
 * Judges the clock by the bucket's, as the `Date` of its answers tells: said, recorded and measured beyond `clockToleranceMs`.
 * @param aheadMs By how much the bucket's is ahead; null when no answer told.
 */
export async function judgeBucketClock({ host, log }: ClockPorts, aheadMs: number | null): Promise<void> {
  if (aheadMs === null) return;
  if (Math.abs(aheadMs) > clockToleranceMs) {
    log.line(
      `WARNING: this host's clock is ${seconds(Math.abs(aheadMs))} ${aheadMs > 0 ? "behind" : "ahead of"} the bucket's: points are dated wrong, and beyond 15 minutes the bucket refuses. See \`timedatectl\`.`,
    );
  }
  const record = { aheadMs, comparedAt: host.now().toISOString() };
  await host.writeFile(bucketClockPath, `${JSON.stringify(record)}\n`, 0o644);
  await writeMetrics(host, layout.metrics, "clock-bucket", [
    {
      name: "backup_clock_bucket_ahead_seconds",
      help: "By how much the bucket's clock is ahead of this host's; negative when behind.",
      labels: {},
      value: aheadMs / 1000,
    },
  ]);
}

/** What was last seen of the clock. */
export async function readClock(host: Pick<HostPort, "readFile">): Promise<ClockSeen> {
  const [point, bucket] = await Promise.all([
    readRecord(host, pointClockPath, pointClockSchema),
    readRecord(host, bucketClockPath, bucketClockSchema),
  ]);
  return { point, bucket };
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`;
}
