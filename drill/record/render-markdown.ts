import type { DrillRecord } from "./drill-record.ts";
import { tellRecord, type ToldTable } from "./told-record.ts";
import { arabic } from "./words-ar.ts";
import { english } from "./words-en.ts";
import type { RecordWords } from "./words.ts";

/** A record as Markdown, in Arabic and then in English. Pure. */
export function renderMarkdown(record: DrillRecord): string {
  return [arabic, english].map((words) => renderIn(record, words)).join("\n---\n\n");
}

function renderIn(record: DrillRecord, words: RecordWords): string {
  const told = tellRecord(record, words);
  const lines = [
    `<div dir="${words.direction}" lang="${words.language}">`,
    "",
    `# ${text(told.title)}`,
    "",
    `**${record.success ? "✓" : "✗"} ${text(told.verdict)}**`,
    "",
    ...told.facts.map(([name, value]) => `- ${text(name)}: ${text(value)}`),
    ...told.sections.flatMap(({ heading, body }) => [
      "",
      `## ${text(heading)}`,
      "",
      ...("rows" in body ? table(body, words.none) : list(body, words.none)),
    ]),
    "",
    "</div>",
  ];
  return `${lines.join("\n")}\n`;
}

function list(sentences: readonly string[], none: string): string[] {
  return sentences.length === 0 ? [none] : sentences.map((sentence) => `- ${text(sentence)}`);
}

function table({ columns, rows }: ToldTable, none: string): string[] {
  if (rows.length === 0) return [none];
  const line = (cells: readonly string[]): string => `| ${cells.map(text).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")).replaceAll("\\", ""), ...rows.map(line)];
}

/** What tools said may hold anything: nothing of it becomes Markdown or HTML, and it stays on its line. */
function text(words: string): string {
  return words.replaceAll(/\s*\n\s*/g, " ").replaceAll(/[\\`*_[\]<>|#]/g, (sign) => `\\${sign}`);
}
