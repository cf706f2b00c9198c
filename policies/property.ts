import { unknownValue } from "./stack-view.ts";

/** The value at a path such as `taskSpec.containerSpec.image`; undefined where there is none. */
export function property(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), value);
}

/** The list at a path; empty where there is none. */
export function list(value: unknown, path: string): readonly unknown[] {
  const found = property(value, path);
  return Array.isArray(found) ? (found as unknown[]) : [];
}

/** The text at a path; empty where there is none. */
export function text(value: unknown, path: string): string {
  const found = property(value, path);
  return typeof found === "string" ? found : "";
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (value === unknownValue) return "a value that is known only after up";
  return JSON.stringify(value);
}

/** Every text in a value, with its dotted path. */
export function texts(value: unknown, path: readonly string[] = []): readonly (readonly [string, string])[] {
  if (typeof value === "string") return [[path.join("."), value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, [...path, key]));
}

/** Whether a value is an object with keys. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
