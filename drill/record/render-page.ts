import type { DrillRecord } from "./drill-record.ts";
import { escapeXml } from "./escape-xml.ts";
import { pictureTimeline } from "./picture-timeline.ts";
import { tellRecord, type ToldTable } from "./told-record.ts";
import { arabic } from "./words-ar.ts";
import { english } from "./words-en.ts";
import type { RecordWords } from "./words.ts";

/** Logical properties alone (start, end), so that one sheet serves both directions. */
const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans Arabic", sans-serif; }
body { margin: 0 auto; max-width: 52rem; padding: 1rem; }
nav a { margin-inline-end: 1rem; }
article { border-block-start: 1px solid; margin-block-start: 1rem; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.15rem; margin-block-end: .25rem; }
.verdict { border-inline-start: .4rem solid; font-size: 1.25rem; font-weight: bold; padding-inline-start: .6rem; }
.passed { border-color: #1a7f37; }
.failed { border-color: #cf222e; }
dl { display: grid; gap: .1rem 1rem; grid-template-columns: max-content 1fr; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
li { overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-block-end: 1px solid #8886; padding: .2rem .5rem; text-align: start; }
svg { display: block; height: auto; margin-block: .5rem; width: 100%; }
svg text { fill: currentColor; font-size: 14px; text-anchor: start; }
.whole { fill: #0969da; }
.part { fill: #54aeff; }
.person { fill: #bf8700; }
@media (max-width: 40rem) {
  body { padding: .5rem; }
  dl { grid-template-columns: 1fr; }
  dd { margin-block-end: .4rem; }
  svg text { font-size: 22px; }
}
@media print {
  :root { color-scheme: light; font-size: 11pt; }
  body { max-width: none; padding: 0; }
  nav { display: none; }
  article + article { break-before: page; }
  h2 { break-after: avoid; }
  tr, svg, li { break-inside: avoid; }
  .wide { overflow: visible; }
  rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

/**
 * A record as one page that needs nothing else: both languages, its timeline drawn, no script, no font, nothing that is loaded. The policy in it
 * forbids all of that, so that nothing that a tool said can become more than text. Pure.
 */
export function renderPage(record: DrillRecord): string {
  const languages = [arabic, english];
  const links = languages.map(
    ({ language, direction, own }) =>
      `<a href="#${language}" lang="${language}" dir="${direction}">${escapeXml(own)}</a>`,
  );
  return `${[
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">`,
    `<title>${escapeXml(english.title(record.stack))}, ${escapeXml(record.startedAt.slice(0, 10))}</title>`,
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    `<nav>${links.join("")}</nav>`,
    "<main>",
    ...languages.map((words) => renderIn(record, words)),
    "</main>",
    "</body>",
    "</html>",
  ].join("\n")}\n`;
}

function renderIn(record: DrillRecord, words: RecordWords): string {
  const told = tellRecord(record, words);
  return [
    `<article id="${words.language}" lang="${words.language}" dir="${words.direction}">`,
    `<h1>${escapeXml(told.title)}</h1>`,
    `<p class="verdict ${record.success ? "passed" : "failed"}">${record.success ? "✓" : "✗"} ${escapeXml(told.verdict)}</p>`,
    `<h2>${escapeXml(words.headings.facts)}</h2>`,
    `<dl>${told.facts.map(([name, value]) => `<dt>${escapeXml(name)}</dt><dd>${own(value)}</dd>`).join("\n")}</dl>`,
    ...told.sections.map(({ heading, body }) =>
      [
        "<section>",
        `<h2>${escapeXml(heading)}</h2>`,
        ...(heading === words.headings.timeline ? [pictureTimeline(record, words)] : []),
        "rows" in body ? table(body, words.none) : list(body, words.none),
        "</section>",
      ].join("\n"),
    ),
    "</article>",
  ].join("\n");
}

/** Each on its own: what tools said in English inside Arabic keeps its direction, and so do names and times. */
function own(text: string): string {
  return `<bdi>${escapeXml(text)}</bdi>`;
}

function list(sentences: readonly string[], none: string): string {
  if (sentences.length === 0) return `<p>${escapeXml(none)}</p>`;
  return `<ul>${sentences.map((sentence) => `<li dir="auto">${escapeXml(sentence)}</li>`).join("\n")}</ul>`;
}

function table({ columns, rows }: ToldTable, none: string): string {
  if (rows.length === 0) return `<p>${escapeXml(none)}</p>`;
  const row = (cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<td>${own(cell)}</td>`).join("")}</tr>`;
  const head = columns.map((column) => `<th scope="col">${escapeXml(column)}</th>`).join("");
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${rows.map(row).join("\n")}</tbody></table></div>`;
}
