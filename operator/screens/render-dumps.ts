import type { DumpList } from "../../recovery/agent/answers/dump-record.ts";
import { size } from "../../recovery/host/log.ts";
import { alignRows } from "./align-rows.ts";
import { renderAge } from "./render-age.ts";

/** Dumps as a table, newest first; below it what could not be dumped the last time. Pure. */
export function renderDumps({ dumps, failed, notes }: DumpList, now: Date): string {
  const ageOf = (instant: string): string => renderAge((now.getTime() - Date.parse(instant)) / 1000);
  const rows = dumps.map(({ id, source, instant, bytes, where, lineage }) => [
    ...[
      id,
      source,
      ageOf(instant),
      where.map((place) => (place === "local" ? "here" : "off-site")).join(" "),
    ],
    ...[bytes === null ? "?" : size(bytes), lineage],
  ]);
  const table =
    rows.length === 0
      ? ["no dump yet"]
      : alignRows([["DUMP", "OF", "AGE", "WHERE", "SIZE", "LINEAGE"], ...rows]);
  return [
    ...table,
    ...failed.map(({ source, at, message }) => `failed ${ageOf(at)} ago: ${source}: ${message}`),
    ...notes.map((note) => `note: ${note}`),
  ].join("\n");
}
