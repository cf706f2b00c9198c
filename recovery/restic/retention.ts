import type { AgentConfig } from "../../contract/agent-config.ts";

/**
 * restic's arguments for our retention. Grouped by host alone (for us: by lineage), since every point has its own tags and grouping
 * by tags would keep all of them. The newest point of a lineage is always kept, whatever its age.
 */
export function forgetArguments(lineage: string, keep: AgentConfig["retention"]): readonly string[] {
  const policy: readonly (readonly [string, string])[] = [
    ["--keep-last", "1"],
    ["--keep-within", keep.within],
    ["--keep-daily", String(keep.daily)],
    ["--keep-weekly", String(keep.weekly)],
    ["--keep-monthly", String(keep.monthly)],
  ];
  return ["--host", lineage, "--group-by", "host", ...policy.flat()];
}
