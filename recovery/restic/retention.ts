import { type Duration, milliseconds } from "../../catalog/quantities.ts";
import type { AgentConfig } from "../../contract/agent-config.ts";

/**
 * What is kept off-site where the configuration does not say: all of 15 days, since what a bucket's lock of 14 days holds cannot go;
 * then days, weeks and months.
 */
export const offsiteRetention: AgentConfig["retention"] = { within: "360h", daily: 7, weekly: 4, monthly: 6 };

/** How long the bucket's lock is taken to hold where the configuration does not say. */
export const defaultLockForMs = 14 * 24 * 3_600_000;

/**
 * restic's arguments for our retention. Grouped by host alone (for us: by lineage), since every point has its own tags and grouping
 * by tags would keep all of them. The newest point of a lineage is always kept, whatever its age.
 */
export function forgetArguments(lineage: string, keep: AgentConfig["retention"]): readonly string[] {
  return ["--host", lineage, "--group-by", "host", ...keepArguments(keep)];
}

/** How many of a group are kept. The newest always is. */
export function keepArguments(keep: AgentConfig["retention"]): readonly string[] {
  const policy: readonly (readonly [string, string])[] = [
    ["--keep-last", "1"],
    ["--keep-within", resticDuration(keep.within as Duration)],
    ["--keep-daily", String(keep.daily)],
    ["--keep-weekly", String(keep.weekly)],
    ["--keep-monthly", String(keep.monthly)],
  ];
  return policy.flat();
}

/**
 * A span as restic reads it: its smallest unit is the hour, `m` are months to it, and it refuses all others. Rounded up, so that
 * no point is forgotten before its time. Throws on a text that is no span.
 */
export function resticDuration(span: Duration): string {
  return `${Math.ceil(milliseconds(span) / 3_600_000)}h`;
}
