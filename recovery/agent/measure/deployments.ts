import { z } from "zod";
import { counter } from "../../metrics/counter.ts";
import type { Sample } from "../../metrics/metrics.ts";

/** One deployment as its operator's machine tells it. */
export const deploymentSchema = z.strictObject({
  environment: z.string().min(1),
  /** `platform` for a whole `up`, else the service that was updated. */
  service: z.string().min(1),
  /** Null for one that was told of when it ended, and turns out to have been a rollback. */
  status: z.enum(["success", "failed"]).nullable(),
  seconds: z.number().nonnegative(),
  /** Why it was rolled back; null when it was not. */
  rolledBack: z.string().min(1).nullable(),
});
export type Deployment = z.infer<typeof deploymentSchema>;

const durations = z.object({ count: z.number(), sum: z.number(), buckets: z.array(z.number()) });

/** All deployments that this host has heard of, in numbers: counters only ever grow. */
export const deploymentsSchema = z.array(
  z.object({
    environment: z.string(),
    service: z.string(),
    success: durations,
    failed: durations,
    rollbacks: z.record(z.string(), z.number()),
    lastFailed: z.boolean(),
    lastSuccessAt: z.iso.datetime().nullable(),
  }),
);
export type Deployments = z.infer<typeof deploymentsSchema>;
type Series = Deployments[number];

/** Upper bounds in seconds; the promise is 5 minutes. */
const bounds = [15, 30, 60, 120, 180, 300, 600, 1200, 3600] as const;
const none = { count: 0, sum: 0, buckets: bounds.map(() => 0) };

/** The numbers with one deployment more. Pure. */
export function withDeployment(before: Deployments, deployment: Deployment, now: Date): Deployments {
  const { environment, service, status, seconds, rolledBack } = deployment;
  const isIt = (series: Series): boolean => series.environment === environment && series.service === service;
  const series = before.find(isIt) ?? {
    ...{ environment, service, success: none, failed: none },
    ...{ rollbacks: {}, lastFailed: false, lastSuccessAt: null },
  };
  const after: Series = {
    ...series,
    ...(status === null ? {} : outcome(series, status, seconds, now)),
    rollbacks:
      rolledBack === null
        ? series.rollbacks
        : { ...series.rollbacks, [rolledBack]: (series.rollbacks[rolledBack] ?? 0) + 1 },
  };
  return [...before.filter((each) => !isIt(each)), after];
}

function outcome(
  series: Series,
  status: "success" | "failed",
  seconds: number,
  now: Date,
): Pick<Series, "lastFailed" | "lastSuccessAt"> & Partial<Pick<Series, "success" | "failed">> {
  return {
    [status]: observed(series[status], seconds),
    lastFailed: status === "failed",
    lastSuccessAt: status === "success" ? now.toISOString() : series.lastSuccessAt,
  };
}

function observed({ count, sum, buckets }: Series["success"], seconds: number): Series["success"] {
  return {
    count: count + 1,
    sum: sum + seconds,
    buckets: bounds.map((bound, index) => (buckets[index] ?? 0) + (seconds <= bound ? 1 : 0)),
  };
}

/** The numbers as time series: the documents' three, the last outcome and the last success. */
export function deploymentSamples(deployments: Deployments): Sample[] {
  return deployments.flatMap(({ environment, service, success, failed, rollbacks, ...last }) => {
    const labels = { environment, service };
    return [
      ...durationSamples({ ...labels, status: "success" }, success),
      ...durationSamples({ ...labels, status: "failed" }, failed),
      counter("deployment_success_total", "Deployments that succeeded.", labels, success.count),
      // A reason that is there from the first has a beginning that an increase is counted from.
      ...Object.entries({ unhealthy: 0, operator: 0, ...rollbacks }).map(([reason, count]) =>
        counter("rollback_total", "Deployments that were rolled back.", { ...labels, reason }, count),
      ),
      {
        name: "deployment_last_failed",
        help: "1 when the last deployment did not succeed.",
        labels,
        value: last.lastFailed ? 1 : 0,
      },
      {
        name: "deployment_last_success_timestamp_seconds",
        help: "When the last good deployment ended.",
        labels,
        value: last.lastSuccessAt === null ? null : Date.parse(last.lastSuccessAt) / 1000,
      },
    ];
  });
}

function durationSamples(labels: Readonly<Record<string, string>>, of: Series["success"]): Sample[] {
  const base = "deployment_duration_seconds";
  const sample = (suffix: string, value: number, more: Readonly<Record<string, string>> = {}): Sample => ({
    name: `${base}_${suffix}`,
    help: "How long deployments took.",
    labels: { ...labels, ...more },
    value,
    family: { type: "histogram", name: base },
  });
  return [
    ...bounds.map((bound, index) => sample("bucket", of.buckets[index] ?? 0, { le: String(bound) })),
    sample("bucket", of.count, { le: "+Inf" }),
    sample("sum", of.sum),
    sample("count", of.count),
  ];
}
