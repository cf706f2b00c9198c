import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";

/** What MongoDB takes as the name of a database. */
const databaseName = /^[^/\\. "$*<>:|?\0]{1,63}$/;

/**
 * `A=B` of the command line, each: a database of the file, and its name here. Pure.
 * @throws RecoveryError `usage` naming everything that is wrong
 */
export function parseRenames(given: readonly string[]): Readonly<Record<string, string>> {
  const pairs = given.map((text) => [text, ...text.split("=")] as const);
  const problems = pairs.flatMap(([text, from, to, ...more]) =>
    from !== undefined &&
    to !== undefined &&
    more.length === 0 &&
    databaseName.test(from) &&
    databaseName.test(to)
      ? []
      : [`--rename: expected DATABASE=DATABASE, got ${JSON.stringify(text)}`],
  );
  for (const side of [1, 2] as const) {
    const names = pairs.map((pair) => pair[side]);
    const twice = names.find((name, index) => name !== undefined && names.indexOf(name) !== index);
    if (twice !== undefined) problems.push(`--rename: ${twice} is named twice`);
  }
  if (problems.length > 0) throw new RecoveryError(exitCodes.usage, problems.join("\n"));
  return Object.fromEntries(pairs.map(([, from = "", to = ""]) => [from, to]));
}
