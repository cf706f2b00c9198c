import { isPropertyMap, type PropertyMap, type Value } from "../protocol/value.ts";

/** An answer of the API as an object; anything else is no answer of its. */
export function objectOf(answer: unknown, what: string): PropertyMap {
  const value = answer as Value;
  if (isPropertyMap(value)) return value;
  throw new Error(`cloudflare provider: expected ${what}, got something else from the API.`);
}

/** A text that the state or an answer must have. */
export function textOf(from: PropertyMap, key: string): string {
  const value = from[key];
  if (typeof value === "string") return value;
  throw new Error(`cloudflare provider: expected the text ${key}, got none.`);
}

/** An instant as the official plugin keeps it: without a fraction of nothing. */
export function instantOf(value: Value | undefined): Value | undefined {
  return typeof value === "string" ? value.replace(/\.0+Z$/, "Z") : undefined;
}

/** The parts of an import id, as `account/bucket/jurisdiction`. */
export function importParts<Count extends number>(
  id: string,
  names: readonly string[] & { length: Count },
): string[] {
  const parts = id.split("/");
  if (parts.length === names.length && parts.every((part) => part !== "")) return parts;
  throw new Error(`cloudflare provider: import id: expected ${names.join("/")}, got ${JSON.stringify(id)}.`);
}
