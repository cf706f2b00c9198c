import { createHash } from "node:crypto";

const longest = 500;

/**
 * Options as an inventory keeps them: text as it is and all else as JSON, equal for equal values, a long one as its digest. Undefined ones are left out.
 * Never give it a secret: what is short stands there in plain.
 */
export function optionsText(options: Readonly<Record<string, unknown>>): Record<string, string> {
  const known = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    known.map(([name, value]) => [name, shorten(typeof value === "string" ? value : canonicalJson(value))]),
  );
}

/** The digest of a value that may hold what nobody should read, such as a program's text. */
export function digestText(value: unknown): string {
  return `sha256:${createHash("sha256").update(canonicalJson(value)).digest("hex")}`;
}

/** A text as it is, or its digest when it is long. */
export function shorten(text: string): string {
  if (text.length <= longest) return text;
  return `sha256:${createHash("sha256").update(text).digest("hex")} (${text.length} characters)`;
}

/** JSON whose keys are sorted at every depth. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, held: unknown) =>
    held !== null && typeof held === "object" && !Array.isArray(held)
      ? Object.fromEntries(Object.entries(held).sort(([left], [right]) => (left < right ? -1 : 1)))
      : held,
  );
}
