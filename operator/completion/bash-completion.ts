import { quote } from "../../components/text/shell.ts";
import type { CompletedCommand, Offered } from "./completed-command.ts";

/**
 * The script that makes bash complete the program's commands, subcommands, flags and what follows them. Stack names are read
 * from the checkout that the typed program belongs to, whenever they are asked for. Pure.
 */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  return `# bash completion of kaleem, made by: ./kaleem completion bash
# For good: ./kaleem completion bash > ~/.local/share/bash-completion/completions/kaleem

_kaleem_stacks() {
  local program root file name
  program=$(type -P -- "\${1/#\\~/$HOME}") && root=$(dirname -- "$(readlink -f -- "$program")") || return 0
  for file in "$root"/Pulumi.*.yaml "$root"/.kaleem/*/Pulumi.*.yaml; do
    [ -e "$file" ] || continue
    name=\${file##*/Pulumi.}
    printf '%s\\n' "\${name%.yaml}"
  done | sort -u
}

_kaleem() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local command="" words="" flags="" index
  COMPREPLY=()
  # \`--stack=prod\` comes as three words.
  if [ "$current" = "=" ]; then
    current=""
  elif [ "$previous" = "=" ]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$command \${COMP_WORDS[index]}" in
${indented(
  4,
  commands.flatMap((one) => chosen([], one)),
)}
    esac
  done
  case "$command $previous" in
${indented(
  2,
  commands.flatMap((one) => valued([], one)),
)}
  esac
  case "$command" in
${indented(2, [
  `'') words=${quote(commands.map(({ name }) => name).join(" "))} flags=--help ;;`,
  ...commands.flatMap((one) => offeredIn([], one)),
])}
  esac
  case "$current" in
  -*) words=$flags ;;
  *) [ -n "$words" ] || return 0 ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}

# Where nothing of ours fits, files are offered.
complete -o default -F _kaleem kaleem
`;
}

/** Branches that follow a command line's words to the command that it means. */
function chosen(above: readonly string[], { name, subcommands }: CompletedCommand): string[] {
  const own = [...above, name];
  return [
    `${quote(`${above.join(" ")} ${name}`)}) command=${quote(own.join(" "))} ;;`,
    ...subcommands.flatMap((one) => chosen(own, one)),
  ];
}

/** Branches for the words after a flag that takes one. */
function valued(above: readonly string[], command: CompletedCommand): string[] {
  const own = [...above, command.name].join(" ");
  return [
    ...command.flags.flatMap(({ flag, value }) =>
      value === null ? [] : [`${quote(`${own} ${flag}`)}) ${reply(value)} ;;`],
    ),
    ...command.subcommands.flatMap((one) => valued([...above, command.name], one)),
  ];
}

/** Branches for any other word of a command. */
function offeredIn(above: readonly string[], command: CompletedCommand): string[] {
  const { name, subcommands, flags, argument } = command;
  const words =
    argument?.kind === "words" ? argument.words : subcommands.map(({ name: subcommand }) => subcommand);
  return [
    `${quote([...above, name].join(" "))}) words=${quote(words.join(" "))} flags=${quote(flags.map(({ flag }) => flag).join(" "))} ;;`,
    ...subcommands.flatMap((one) => offeredIn([...above, name], one)),
  ];
}

function reply(offered: Offered): string {
  switch (offered.kind) {
    case "words":
      return `COMPREPLY=($(compgen -W ${quote(offered.words.join(" "))} -- "$current")); return 0`;
    case "stacks":
      return `COMPREPLY=($(compgen -W "$(_kaleem_stacks "\${COMP_WORDS[0]}")" -- "$current")); return 0`;
    case "files":
    case "text":
      return "return 0";
  }
}

function indented(columns: number, lines: readonly string[]): string {
  return lines.map((line) => `${" ".repeat(columns)}${line}`).join("\n");
}
