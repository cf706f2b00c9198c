import type { Document } from "mongodb";
import { shorten } from "../inventory/options-text.ts";

/** What writes a value in MongoDB's extended JSON. */
export type Stringify = (value: unknown, options: { relaxed: boolean }) => string;

/** In MongoDB's own notation: types are told apart, and the order of fields means something in keys and pipelines. */
export function optionsOf(document: Document, stringify: Stringify): Record<string, string> {
  const known = Object.entries(document).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    known.map(([name, value]) => [name, shorten(stringify(value, { relaxed: true }))]),
  );
}

/** "No such command", and "not implemented". */
const notKnown: ReadonlySet<unknown> = new Set([59, 238]);

/** For commands that a stand-in does not have; undefined then. */
export function ignoreUnknown(error: unknown): undefined {
  if (error instanceof Error && "code" in error && notKnown.has(error.code)) return undefined;
  throw error;
}
