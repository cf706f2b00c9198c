import type { Document } from "mongodb";

/** When a rule of MongoDB's removes a document. */
export interface Expiry {
  /** Of the index, or of the option. */
  readonly name: string;
  /** In ms since 1970; undefined for a document that the rule never removes. */
  dueMs(document: Document): number | undefined;
}

/**
 * The rules by which documents of a collection go by themselves: TTL indexes, and the same as an option of time series and clustered
 * collections. An index' own filter is not looked at: what it would keep counts as due. Pure.
 */
export function expiryOf(indexes: readonly Document[], options: Document): Expiry[] {
  const byIndex = indexes.flatMap((index) => {
    const seconds = secondsOf(index["expireAfterSeconds"]);
    const [field] = Object.keys((index["key"] ?? {}) as Document);
    const filter = index["partialFilterExpression"] === undefined ? "" : ", whatever its filter";
    return seconds === null || field === undefined
      ? []
      : [expiry(`${String(index["name"])}${filter}`, field, seconds)];
  });
  const seconds = secondsOf(options["expireAfterSeconds"]);
  const { timeField = "_id" } = (options["timeseries"] ?? {}) as { timeField?: string };
  return seconds === null ? byIndex : [...byIndex, expiry("expireAfterSeconds", timeField, seconds)];
}

function expiry(name: string, field: string, seconds: number): Expiry {
  const path = field.split(".");
  return {
    name,
    dueMs(document) {
      // Of several dates the earliest counts.
      const dates = valuesAt(document, path).flatMap((value) =>
        value instanceof Date ? [value.getTime()] : [],
      );
      return dates.length === 0 ? undefined : Math.min(...dates) + seconds * 1_000;
    },
  };
}

/** Numbers come as such, or as the driver's own classes. */
function secondsOf(value: unknown): number | null {
  return value === undefined || value === null ? null : Number(value);
}

/** What stands at a dotted path, through lists. */
function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((one) => valuesAt(one, path));
  const [name, ...rest] = path;
  if (name === undefined) return [value];
  if (value === null || typeof value !== "object" || !Object.hasOwn(value, name)) return [];
  return valuesAt((value as Document)[name], rest);
}
