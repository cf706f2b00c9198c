import type { ObjectVersion } from "./list-versions.ts";
import { textOf, tagsOf } from "./xml.ts";

const dayMs = 86_400_000;

/** When objects of a bucket go by themselves. */
export interface Lifecycle {
  /** In ms since 1970; undefined for a version that no rule removes. @param supersededMs when a newer version came; of those that are not the latest */
  dueMs(version: ObjectVersion, supersededMs: number | undefined, newer: number): number | undefined;
}

/** A rule of a bucket's lifecycle, as far as it lets objects go. */
interface Rule {
  readonly prefix: string;
  readonly days: number | null;
  readonly date: number | null;
  readonly noncurrentDays: number | null;
  readonly newerNoncurrent: number;
  readonly deleteMarkers: boolean;
}

/**
 * The lifecycle that an XML document says. A rule that asks for tags or sizes besides a prefix is taken as if it did not: nobody lists
 * them, and what may go is then told too widely, not too narrowly. Pure.
 */
export function lifecycleOf(xml: string): Lifecycle {
  const rules = tagsOf(xml, "Rule").flatMap((rule) =>
    textOf(rule, "Status") === "Enabled" ? [ruleOf(rule)] : [],
  );
  return {
    dueMs(version, supersededMs, newer) {
      const due = rules
        .filter(({ prefix }) => version.key.startsWith(prefix))
        .flatMap((rule) => dueBy(rule, version, supersededMs, newer) ?? []);
      return due.length === 0 ? undefined : Math.min(...due);
    },
  };
}

function ruleOf(rule: string): Rule {
  const [expiration = ""] = tagsOf(rule, "Expiration");
  const [noncurrent = ""] = tagsOf(rule, "NoncurrentVersionExpiration");
  const date = textOf(expiration, "Date");
  return {
    prefix: textOf(rule, "Prefix") ?? "",
    days: numberOf(textOf(expiration, "Days")),
    date: date === undefined ? null : Date.parse(date),
    noncurrentDays: numberOf(textOf(noncurrent, "NoncurrentDays")),
    newerNoncurrent: numberOf(textOf(noncurrent, "NewerNoncurrentVersions")) ?? 0,
    deleteMarkers: textOf(expiration, "ExpiredObjectDeleteMarker") === "true",
  };
}

function dueBy(
  rule: Rule,
  version: ObjectVersion,
  supersededMs: number | undefined,
  newer: number,
): number | undefined {
  if (supersededMs !== undefined) {
    if (rule.noncurrentDays === null || newer < rule.newerNoncurrent) return undefined;
    return midnightAfter(supersededMs, rule.noncurrentDays);
  }
  if (version.deleteMarker) return rule.deleteMarkers ? version.modifiedMs : undefined;
  if (rule.date !== null) return rule.date;
  return rule.days === null ? undefined : midnightAfter(version.modifiedMs, rule.days);
}

/** So many days after, rounded up to the next midnight of UTC, as S3 counts them. */
function midnightAfter(fromMs: number, days: number): number {
  return Math.floor((fromMs + (days + 1) * dayMs) / dayMs) * dayMs;
}

function numberOf(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}
