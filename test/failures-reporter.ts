import type { TestEvent } from "node:test/reporters";
import { relative } from "node:path";
import { inspect } from "node:util";
import { missingPrograms, type Outcome } from "./outcomes.ts";

/** Enough for an assertion's message and where it stands. */
const lines = 40;

/**
 * A reporter of `node --test` that tells of what did not pass, one JSON object a line: failed tests, each with the first
 * lines of its error, and those that were skipped, with the reason that they gave.
 */
export default async function* failures(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    const outcome = outcomeOf(event);
    if (outcome !== undefined) yield `${JSON.stringify(outcome)}\n`;
  }
}

function outcomeOf({ type, data }: TestEvent): Outcome | undefined {
  if (type !== "test:fail" && type !== "test:pass") return undefined;
  const file = data.file === undefined ? {} : { file: relative(process.cwd(), data.file) };
  const test = { name: data.name, ...file, ...(data.line === undefined ? {} : { line: data.line }) };
  const skip = reasonOf(data.skip) ?? reasonOf(data.todo, "to do");
  if (skip !== undefined) return { kind: "skipped", ...test, reason: skip };
  if (type === "test:pass") return undefined;
  const { error } = data.details;
  // A test that fails by one within it says nothing of its own.
  if ("failureType" in error && error.failureType === "subtestsFailed") return undefined;
  const told = inspect("cause" in error ? error.cause : error, { depth: 1 });
  return {
    kind: "failed",
    ...test,
    error: told.split("\n").slice(0, lines),
    missing: missingPrograms(told),
  };
}

/** Node gives the reason, or `true` or an empty text when there was none. */
function reasonOf(value: string | boolean | undefined, prefix?: string): string | undefined {
  if (value === undefined || value === false) return undefined;
  const reason = value === true || value === "" ? "no reason given" : value;
  return prefix === undefined ? reason : `${prefix}: ${reason}`;
}
