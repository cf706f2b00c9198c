/** An object out of Docker's JSON, read property by property. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

/** The value as an object; anything else reads as an empty one. */
export function object(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** Whether there is an object at all. */
export function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as a list; anything else reads as an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a text, "" when it is none. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The value as a number, 0 when it is none. */
export function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** The value as an object of texts. */
export function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(object(value)).map(([key, entry]) => [key, String(entry)]));
}
