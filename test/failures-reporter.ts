import type { TestEvent } from "node:test/reporters";
import { relative } from "node:path";
import { inspect } from "node:util";

/** Enough for an assertion's message and where it stands. */
const lines = 40;

/** A reporter of `node --test` that tells of failed tests only, each with the first lines of its error. */
export default async function* failures(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of source) {
    if (type !== "test:fail") continue;
    const { error } = data.details;
    // A test that fails by one within it says nothing of its own.
    if ("failureType" in error && error.failureType === "subtestsFailed") continue;
    const told = inspect("cause" in error ? error.cause : error, { depth: 1 }).split("\n");
    const where =
      data.file === undefined ? "" : ` (${relative(process.cwd(), data.file)}:${data.line ?? ""})`;
    yield `✖ ${data.name}${where}\n${told
      .slice(0, lines)
      .map((line) => `  ${line}`)
      .join("\n")}\n\n`;
  }
}
