import type { Sample } from "../../metrics/metrics.ts";
import type { RestoreReport } from "./report.ts";

/** A restore as time series: how it ended, how long it took, what it proved. A value that is not known is left out. */
export function restoreSamples(report: RestoreReport): Sample[] {
  const finished = Date.parse(report.finishedAt) / 1000;
  const bad = report.checks.filter(({ result }) => result === "failed" || result === "not-made").length;
  const accepted = report.checks.filter(({ result }) => result === "accepted").length;
  const series: [name: string, help: string, value: number | null][] = [
    ["last_run_timestamp_seconds", "When the last restore ended.", finished],
    ["last_exit_code", "How the last restore ended; 0 is success.", report.exitCode],
    ["last_duration_seconds", "From the first phase until the platform was open.", report.openedAfterSeconds],
    ["last_point_age_seconds", "Age of the restored point when the restore began.", report.pointAgeSeconds],
    ["last_checks", "Checks run or attempted.", report.checks.length],
    ["last_checks_not_passed", "Checks that failed or could not be run.", bad],
    [
      "last_checks_accepted",
      "Findings that did not fail the restore because a person accepted them.",
      accepted,
    ],
    [
      "last_success_timestamp_seconds",
      "When this restore succeeded.",
      report.exitCode === 0 ? finished : null,
    ],
  ];
  return series.map(([name, help, value]) => ({ name: `kaleem_restore_${name}`, help, labels: {}, value }));
}
