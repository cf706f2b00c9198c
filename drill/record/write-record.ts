import { writeFile } from "node:fs/promises";
import type { DrillRecord } from "./drill-record.ts";
import { renderMarkdown } from "./render-markdown.ts";
import { renderPage } from "./render-page.ts";

/** The files of a record. */
export interface RecordFiles {
  readonly json: string;
  readonly markdown: string;
  readonly page: string;
}

/** Writes a record beside a drill's report, `x.json`: as `x.record.json`, `x.md` and `x.html`. */
export async function writeRecord(record: DrillRecord, report: string): Promise<RecordFiles> {
  const base = report.replace(/\.json$/, "");
  const files = { json: `${base}.record.json`, markdown: `${base}.md`, page: `${base}.html` };
  await writeFile(files.json, `${JSON.stringify(record, null, 2)}\n`);
  await writeFile(files.markdown, renderMarkdown(record));
  await writeFile(files.page, renderPage(record));
  return files;
}
