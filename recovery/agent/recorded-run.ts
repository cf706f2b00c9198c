import type { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { jobs, type JobName } from "../../contract/jobs.ts";
import { layout } from "../../contract/layout.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { readRecord } from "../host/read-record.ts";
import { BusyRuns } from "./busy-runs.ts";
import type { AgentContext } from "./context.ts";
import { writeMetrics, type Sample } from "../metrics/metrics.ts";

/** A job whose every end is kept for `status` and for the metrics. */
export interface RecordedJob<R> {
  readonly job: JobName;
  readonly schema: z.ZodType<{
    lastRun: { startedAt: string; finishedAt: string; ok: boolean; exitCode: number; message: string };
    lastSuccess: { finishedAt: string; result: R } | null;
  }>;
  readonly run: () => Promise<R>;
  /** One line for people. */
  readonly describe: (result: R) => string;
  readonly samples: (result: R) => readonly Sample[];
}

/**
 * Runs a job and keeps how it ended, good or bad: a state file and a metrics file. A failure is thrown on after that. A run that found
 * another one at work is only counted: it says nothing about the state of the backups. So many of them in a row do
 * (`busyRuns` of the job): the work has not been done for as long, whoever was in its way.
 */
export async function recordedRun<R>(context: AgentContext, job: RecordedJob<R>): Promise<R> {
  const startedAt = context.host.now().toISOString();
  const path = `${layout.agentState}/${job.job}.json`;
  const previous = await readRecord(context.host, path, job.schema);
  const busy = new BusyRuns(context.host, job.job);
  const keep = async (ok: boolean, exitCode: number, message: string, result: R | null): Promise<void> => {
    const finishedAt = context.host.now().toISOString();
    const lastSuccess = result === null ? (previous?.lastSuccess ?? null) : { finishedAt, result };
    const record = { lastRun: { startedAt, finishedAt, ok, exitCode, message }, lastSuccess };
    await context.host.writeFile(path, `${JSON.stringify(record, null, 2)}\n`, 0o644);
    await writeMetrics(context.host, layout.metrics, job.job, [
      ...runSamples(job.job, record),
      ...(lastSuccess === null ? [] : job.samples(lastSuccess.result)),
    ]);
  };
  try {
    const result = await job.run();
    await busy.reset();
    await keep(true, exitCodes.ok, job.describe(result), result);
    return result;
  } catch (error) {
    const exitCode = error instanceof RecoveryError ? error.exitCode : exitCodes.failed;
    const message = sentenceOf(error);
    if (exitCode !== exitCodes.busy) {
      await busy.reset();
      await keep(false, exitCode, message, null);
      throw error;
    }
    const { runs, since } = await busy.count();
    if (runs < jobs[job.job].busyRuns) throw error;
    const sentence = `${runs} runs in a row, since ${since}, found another one at work: ${message}`;
    await keep(false, exitCode, sentence, null);
    throw new RecoveryError(exitCodes.busy, sentence, { cause: error });
  }
}

function runSamples(
  job: string,
  record: {
    lastRun: { startedAt: string; finishedAt: string; exitCode: number };
    lastSuccess: { finishedAt: string } | null;
  },
): readonly Sample[] {
  const labels = { job };
  const seconds = (iso: string): number => Date.parse(iso) / 1000;
  const { lastRun, lastSuccess } = record;
  return [
    {
      name: "backup_last_exit_code",
      help: "How the last run ended; 0 is success.",
      labels,
      value: lastRun.exitCode,
    },
    {
      name: "backup_last_run_timestamp_seconds",
      help: "When the last run ended.",
      labels,
      value: seconds(lastRun.finishedAt),
    },
    {
      name: "backup_duration_seconds",
      help: "How long the last run took.",
      labels,
      value: seconds(lastRun.finishedAt) - seconds(lastRun.startedAt),
    },
    {
      name: "backup_last_success_timestamp_seconds",
      help: "When the last good run ended.",
      labels,
      value: lastSuccess === null ? null : seconds(lastSuccess.finishedAt),
    },
  ];
}
