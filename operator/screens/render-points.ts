import type { PointList } from "../../recovery/agent/answers/listed-point.ts";
import { alignRows } from "./align-rows.ts";
import { renderAge } from "./render-age.ts";

/** Points as a table, newest first; `*` marks the one that `--at latest` means. */
export function renderPoints({ points, newestProven, notes }: PointList, now: Date): string {
  const rows = points.map((point) => [
    `${point.latest ? "*" : " "} ${point.id}`,
    ageOf((now.getTime() - Date.parse(point.instant)) / 1000),
    point.where.join(" "),
    point.proof ?? "-",
    `${point.lineage}/${point.generation}`,
    point.bytes === null ? "?" : `${(point.bytes / 1e6).toFixed(1)} MB`,
    point.stores.join(" "),
  ]);
  const table =
    rows.length === 0
      ? ["no recovery point yet"]
      : alignRows([["  POINT", "AGE", "WHERE", "PROOF", "LINEAGE", "SIZE", "STORES"], ...rows]);
  const { local, offsite } = newestProven;
  const proven =
    local === null && offsite === null
      ? []
      : [`newest proven: here ${local ?? "none"}, off-site ${offsite ?? "none"}`];
  return [...table, ...proven, ...notes.map((note) => `note: ${note}`)].join("\n");
}

/** Two clocks may differ by a little; beyond that the point's was wrong, or this one is. */
function ageOf(seconds: number): string {
  return seconds < -60 ? `in ${renderAge(-seconds)}!` : renderAge(seconds);
}
