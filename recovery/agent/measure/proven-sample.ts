import type { Sample } from "../../metrics/metrics.ts";

/** How new the newest proven point of a repository is. @param instant Its own; null leaves the series out. */
export function provenSample(repo: "local" | "offsite", instant: string | null): Sample {
  return {
    name: "backup_last_proven_point_timestamp_seconds",
    help: "The instant of the newest point whose stores were started on a copy of it.",
    labels: { repo },
    value: instant === null ? null : Date.parse(instant) / 1000,
  };
}
