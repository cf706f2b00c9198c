import { intervalMs, jobNames, jobs, type JobName } from "../../contract/jobs.ts";
import { exitCodes } from "../../contract/exit-codes.ts";
import type { PlatformFacts } from "../definition.ts";
import { goDuration, milliseconds } from "../quantities.ts";

/** What an alert's rule holds. */
interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook: string;
  };
}

/** A run that is repeated at once, and succeeds then, wakes nobody. */
const failedFor = "6m";

/**
 * Alerts on the jobs that the host runs by the clock, one of each for every job of the list: it fails; it has had no good end for too many
 * of its intervals; it has never had one. JSON, which is YAML too. Pure.
 */
export function jobRules({ settings }: Pick<PlatformFacts, "settings">): string {
  const { pointEvery, shipEvery } = settings.backups;
  const paces = { pointEvery: milliseconds(pointEvery), shipEvery: milliseconds(shipEvery) };
  const rules = jobNames.flatMap((job) => {
    const silentMs = jobs[job].silentAfterRuns * intervalMs(job, paces);
    return [failed(job), silent(job, silentMs), neverSucceeded(job, silentMs)];
  });
  return `${JSON.stringify({ groups: [{ name: "jobs", rules }] }, null, 2)}\n`;
}

/** That another machine has taken over is HeadSuperseded's to say, and that a point does not start is PointNotProven's. */
function failed(job: JobName): Alert {
  const code = `max by (job) (backup_last_exit_code{job="${job}"})`;
  const elsewhere = job === "prove" ? exitCodes.notProven : exitCodes.superseded;
  return {
    alert: "BackupFailed",
    expr: `${code} != ${exitCodes.ok} and ${code} != ${elsewhere}`,
    for: failedFor,
    labels: { severity: "SEV2", job },
    annotations: {
      summary: "a backup job fails",
      description: `kaleem-${job} (${jobs[job].purpose}) ended with exit code {{ $value }}, and has not succeeded since.`,
      runbook: "docs/runbooks/BackupFailed.md",
    },
  };
}

function silent(job: JobName, silentMs: number): Alert {
  return {
    alert: "BackupSilent",
    expr: `time() - max by (job) (backup_last_success_timestamp_seconds{job="${job}"}) > ${silentMs / 1000}`,
    labels: { severity: "SEV2", job },
    annotations: {
      summary: "a backup job has had no good end for too long",
      description: `kaleem-${job} (${jobs[job].purpose}) last ended well {{ $value | humanizeDuration }} ago; ${goDuration(silentMs)} is too long.`,
      runbook: "docs/runbooks/BackupSilent.md",
    },
  };
}

/** Absent for as long as a silence may last: a new machine has had no time for a day's job yet. */
function neverSucceeded(job: JobName, silentMs: number): Alert {
  return {
    alert: "BackupNeverSucceeded",
    expr: `absent(backup_last_success_timestamp_seconds{job="${job}"})`,
    for: goDuration(silentMs),
    labels: { severity: "SEV2", job },
    annotations: {
      summary: "a backup job has never had a good end",
      description: `kaleem-${job} (${jobs[job].purpose}) has never ended well on this machine, or its metrics are gone, for ${goDuration(silentMs)}.`,
      runbook: "docs/runbooks/BackupNeverSucceeded.md",
    },
  };
}
