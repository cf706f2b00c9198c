import { readFileSync } from "node:fs";
import type { ActionContext } from "../../../toolchain/providers/protocol/resource-type.ts";

/** JSON as the engine and a plugin exchange it. */
export type Json = Readonly<Record<string, unknown>>;

/** A call that the official plugin answered, and its answer, both as JSON. */
export interface RecordedCall {
  readonly case: string;
  readonly method: "Check" | "Diff" | "Create" | "Update" | "Read";
  readonly request: Json;
  readonly response: Json;
}

/** The recorded calls of one fixture file; Create and Update are previews. */
export function recordedCalls(fixture: string): readonly RecordedCall[] {
  const url = new URL(`../../fixtures/${fixture}`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as readonly RecordedCall[];
}

/** A context for calls that must not act: logging fails the test. */
export function idleContext(name: string): ActionContext {
  return {
    urn: `urn:pulumi:test::test::type::${name}`,
    name,
    signal: new AbortController().signal,
    timeoutSeconds: undefined,
    log: (severity, message) => {
      throw new Error(`unexpected ${severity} message: ${message}`);
    },
  };
}
