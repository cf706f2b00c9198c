import type { ImportResult } from "../../recovery/imports/request.ts";
import { wayBack } from "../../recovery/imports/execute-import.ts";
import { size } from "../../recovery/host/log.ts";
import type { ImportPlanAnswer } from "../answers/import-answer.ts";

const mostLines = 12;

/** What would be imported, and what that replaces. */
export function renderImportPlan({ from, files, notTaken, replaced, closed }: ImportPlanAnswer): string {
  return [
    `Import from ${from}`,
    ...files.flatMap((file) => [
      "",
      `${file.store}: ${file.path}`,
      `  of ${file.madeAt.slice(0, 16).replace("T", " ")} UTC, ${size(file.bytes)}${file.version === null ? "" : `, written by version ${file.version}`}${file.older === 0 ? "" : `; ${file.older} older beside it`}`,
      `  holds ${numbers(file.holds)}`,
      ...file.leftOut.map((what) => `  not loaded: ${what}`),
      ...renames(file.rename),
      ...replacedLines(replaced.filter(({ store }) => store === file.store)),
    ]),
    ...(notTaken.length === 0 ? [] : ["", "Found, and not imported:"]),
    ...notTaken.map(({ what, path, instead }) => `  ${what} (${path}): ${instead}`),
    "",
    closed
      ? "The platform is closed and stays so. A point is taken before anything is changed, and one afterwards."
      : "The platform is closed meanwhile. A point is taken before anything is changed, and one afterwards.",
  ].join("\n");
}

function renames(rename: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(rename).map(([from, to]) =>
    from === to ? `  ${from} keeps its name` : `  ${from} becomes ${to}`,
  );
}

/** Such as `documents: 300, indexes: 7`. */
function numbers(byKind: Readonly<Record<string, number>>): string {
  return Object.entries(byKind)
    .map(([kind, count]) => `${kind}: ${count}`)
    .join(", ");
}

function replacedLines(replaced: ImportPlanAnswer["replaced"]): readonly string[] {
  const counted = replaced.filter(({ now, file }) => file !== null && now !== 0);
  const lines = counted.map(
    ({ path, kind, now, file }) =>
      `  replaces ${path}: ${kind}: ${now ?? "an unknown number"} there, ${file ?? 0} in the file`,
  );
  const others: Record<string, number> = {};
  for (const { kind, file } of replaced) if (file === null) others[kind] = (others[kind] ?? 0) + 1;
  if (Object.keys(others).length > 0) lines.push(`  there already: ${numbers(others)}`);
  if (lines.length === 0) return ["  replaces nothing"];
  if (lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines), `  and ${lines.length - mostLines} more; --json lists them`];
}

/** How an import ended. */
export function renderImport({ before, after, stores, opened }: ImportResult): string {
  const lines = stores.flatMap(({ store, file, seconds, checked, differences }) => [
    differences.length === 0
      ? `✓ ${store}: ${file}, ${checked} entries are what the file says, ${seconds} s`
      : `✗ ${store}: ${file} differs from what is there now`,
    ...differences.map((difference) => `    ${difference}`),
  ]);
  return [
    ...lines,
    `Point before: ${before}${after === null ? "" : `; with what was imported: ${after}`}`,
    after === null
      ? wayBack(before)
      : opened
        ? "The platform serves."
        : "The platform was closed before, and stays closed.",
  ].join("\n");
}
