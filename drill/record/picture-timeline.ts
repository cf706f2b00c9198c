import { escapeXml } from "./escape-xml.ts";
import type { DrillRecord } from "./drill-record.ts";
import type { RecordWords } from "./words.ts";

const width = 720;
const rowHeight = 36;
const barHeight = 12;
/** What takes no time is still to be seen. */
const leastWidth = 2;

/**
 * A record's timeline as an SVG picture of its own: a row a phase, what it took beside its name, its bar where it was in time. In a language that is
 * read from right to left time runs so, too. Scales with its place. Pure.
 */
export function pictureTimeline(record: DrillRecord, words: RecordWords): string {
  const start = Date.parse(record.startedAt);
  const endOf = ({ at, seconds }: DrillRecord["phases"][number]): number =>
    (Date.parse(at) - start) / 1000 + seconds;
  const total = Math.max(1e-3, ...record.phases.map(endOf));
  const isMirrored = words.direction === "rtl";
  const rows = record.phases.map((phase, index) => {
    const from = Math.max(0, ((Date.parse(phase.at) - start) / 1000 / total) * width);
    const length = Math.max(leastWidth, (phase.seconds / total) * width);
    // A bar at the very end is moved rather than cut.
    const at = Math.min(from, width - length);
    const x = isMirrored ? width - at - length : at;
    const top = index * rowHeight;
    const kind = phase.by === "person" ? "person" : phase.of === null ? "whole" : "part";
    const name = escapeXml(
      `${phase.of === null ? "" : "– "}${words.phase(phase.name)}: ${words.span(phase.seconds)}`,
    );
    return (
      `<text x="${isMirrored ? width : 0}" y="${top + 15}">${name}</text>` +
      `<rect class="${kind}" x="${x.toFixed(1)}" y="${top + 20}" width="${length.toFixed(1)}" height="${barHeight}"/>`
    );
  });
  const height = Math.max(rowHeight, record.phases.length * rowHeight);
  const label = escapeXml(`${words.headings.timeline}: ${words.span(total)}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}" direction="${words.direction}">`,
    ...rows,
    "</svg>",
  ].join("\n");
}
