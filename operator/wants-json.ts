import type { Command } from "commander";

/**
 * Whether a command line asks for JSON on stdout. Read from the words, since an error may come before they were understood.
 * Pure. @param command the one that was begun; null for a word that is no command
 */
export function wantsJson(command: Command | null, words: readonly string[]): boolean {
  const end = words.indexOf("--");
  const own = end < 0 ? words : words.slice(0, end);
  const index = own.indexOf("--json");
  if (index < 0) return false;
  const next = own[index + 1];
  const givesFile = next !== undefined && !next.startsWith("-");
  return !(givesFile && takesFile(command, own));
}

/** Whether `--json` of the command, or of its subcommand, may be followed by a file. */
function takesFile(command: Command | null, words: readonly string[]): boolean {
  if (command === null) return false;
  const called = command.commands.filter((one) => words.includes(one.name()));
  return [command, ...called].some(({ options }) =>
    options.some(({ long, required, optional }) => long === "--json" && (required || optional)),
  );
}
