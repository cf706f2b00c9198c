import { isList, isPropertyMap, Secret, unknown } from "../../protocol/value.ts";
import type { Value } from "../../protocol/value.ts";

/** Whether a value says the same as leaving it out: null, "", 0, false, or an empty list or object. */
export function isZero(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return true;
  if (value === unknown || value instanceof Secret) return false;
  if (isList(value)) return value.length === 0;
  return isPropertyMap(value) && Object.values(value).every(isZero);
}

/** A text that is equal for values that mean the same: zero properties left out, keys sorted. */
export function canonical(value: Value | undefined): string {
  return JSON.stringify(simplify(value ?? null));
}

function simplify(value: Value | undefined): unknown {
  if (value === unknown) return { unknown: true };
  if (value instanceof Secret) return simplify(value.value);
  if (isList(value)) return value.map(simplify);
  if (!isPropertyMap(value)) return value;
  const entries = Object.entries(value).filter(([key, entry]) => key !== "__defaults" && !isZero(entry));
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, simplify(entry)]),
  );
}
