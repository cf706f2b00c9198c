import type { DiffKind, DiffResult } from "../protocol/resource-type.ts";
import type { PropertyMap } from "../protocol/value.ts";
import { diffProperties } from "./property-diff.ts";

/**
 * The answer to a Diff of either resource type. Triggers that appear or go away replace; a changed trigger is answered
 * as a plain update: the SDK itself asks for the replacement then (`replaceOnChanges: triggers[*]`).
 */
export function diffInputs(
  oldInputs: PropertyMap,
  news: PropertyMap,
  ignoreChanges: readonly string[],
): DiffResult {
  const entries = Object.entries(diffProperties(oldInputs, news)).filter(
    ([path]) => !ignoreChanges.includes(topLevel(path)),
  );
  const detailedDiff = Object.fromEntries(
    entries.map(([path, kind]) => [path, { kind: path === "triggers" ? replacing(kind) : kind }]),
  );
  return {
    changes: entries.length === 0 ? "none" : "some",
    diffs: [...new Set(entries.map(([path]) => topLevel(path)))],
    detailedDiff,
    replaces: entries.some(([path]) => path === "triggers") ? ["triggers"] : [],
  };
}

function topLevel(path: string): string {
  return path.replace(/[.[].*$/s, "");
}

function replacing(kind: DiffKind): DiffKind {
  switch (kind) {
    case "ADD":
      return "ADD_REPLACE";
    case "DELETE":
      return "DELETE_REPLACE";
    default:
      return "UPDATE_REPLACE";
  }
}
