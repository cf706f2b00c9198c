import type { Command, Option } from "commander";

/** What a shell offers where a word is typed. */
export type Offered =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "stacks" }
  | { readonly kind: "files" }
  /** It takes something that a shell cannot know. */
  | { readonly kind: "text" };

/** A flag as a shell completes it. */
export interface CompletedFlag {
  readonly flag: string;
  readonly description: string;
  /** What follows it; null when nothing does. */
  readonly value: Offered | null;
}

/** A command, or a subcommand, as a shell completes it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  readonly subcommands: readonly CompletedCommand[];
  /** What its first argument may be. */
  readonly argument: Offered | null;
}

/** What there is to complete of a defined command; `check`, say, has the flags of `test`, and a name and a summary of its own. Pure. */
export function completedCommand(
  command: Command,
  name = command.name(),
  summary = firstOf(command),
): CompletedCommand {
  const help = { flag: "--help", description: "tells what it takes", value: null };
  const [argument] = command.registeredArguments;
  return {
    name,
    summary,
    flags: [
      ...command.options
        .filter(({ hidden }) => !hidden)
        .map((option) => ({
          flag: option.long ?? option.flags,
          description: option.description,
          value: valueOf(option),
        })),
      help,
    ],
    subcommands: command.commands.map((one) => completedCommand(one)),
    argument: argument === undefined ? null : offered(argument.name(), argument.argChoices),
  };
}

function firstOf(command: Command): string {
  return command.summary() || command.description();
}

function valueOf({ long, required, optional, flags, argChoices }: Option): Offered | null {
  if (!required && !optional) return null;
  if (long === "--stack") return { kind: "stacks" };
  return offered(/[<[](\S+?)(?:\.\.\.)?[>\]]/.exec(flags)?.[1] ?? "", argChoices);
}

/** By the name that the definition gives it: `<stack>`, `<file>`; what may be left out is not told apart. */
function offered(name: string, choices: readonly string[] | undefined): Offered {
  if (choices !== undefined) return { kind: "words", words: choices };
  if (name === "file") return { kind: "files" };
  return name === "stack" ? { kind: "stacks" } : { kind: "text" };
}
