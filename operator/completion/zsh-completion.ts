import { quote } from "../../components/text/shell.ts";
import type { CompletedCommand, CompletedFlag, Offered } from "./completed-command.ts";

/** The script that makes zsh complete the program's commands, subcommands and flags, each with what it is for. Pure. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef kaleem
# zsh completion of kaleem, made by: ./kaleem completion zsh
# For good: write it to a file _kaleem in a folder of your fpath.

_kaleem_stacks() {
  setopt localoptions nullglob
  local -aU found
  found=($kaleem_root/Pulumi.*.yaml $kaleem_root/.kaleem/*/Pulumi.*.yaml)
  found=(\${\${\${found:t}#Pulumi.}%.yaml})
  _describe stack found
}

_kaleem() {
  local kaleem_root="\${\${commands[\${words[1]:t}]:-\${words[1]}}:A:h}"
  [[ "\${words[1]}" == */* ]] && kaleem_root="\${words[1]:A:h}"
${indented(2, body(commands, ["--help[tells what it takes]"]))}
}

if [ "$funcstack[1]" = "_kaleem" ]; then
  _kaleem "$@"
else
  compdef _kaleem kaleem
fi
`;
}

/** Completes one of these at the second word; what follows is completed by the command's own branch. */
function body(commands: readonly CompletedCommand[], flags: readonly string[]): string[] {
  return [
    "if (( CURRENT == 2 )); then",
    "  local -a offered",
    "  offered=(",
    ...commands.map(({ name, summary }) => `    ${quote(`${name}:${summary.replaceAll(":", "\\:")}`)}`),
    "  )",
    "  _describe command offered",
    ...(flags.length === 0 ? [] : [`  _arguments ${flags.map(quote).join(" ")}`]),
    "  return",
    "fi",
    "shift words",
    "(( CURRENT-- ))",
    'case "${words[1]}" in',
    ...commands.flatMap((one) => [`${one.name})`, ...branch(one).map((line) => `  ${line}`), "  ;;"]),
    "esac",
  ];
}

function branch({ subcommands, flags, argument }: CompletedCommand): string[] {
  const specs = flags.flatMap(flagSpecs);
  if (subcommands.length > 0) return body(subcommands, specs);
  const first = argument === null ? [] : [`1:argument:${action(argument)}`];
  return [`_arguments ${[...first, ...specs].map(quote).join(" ")}`];
}

function flagSpecs({ flag, description, value }: CompletedFlag): string[] {
  const told = description.replaceAll(/[\\[\]:]/g, "\\$&");
  return [value === null ? `${flag}[${told}]` : `${flag}=[${told}]:value:${action(value)}`];
}

function action(offered: Offered): string {
  switch (offered.kind) {
    case "words":
      return `(${offered.words.join(" ")})`;
    case "stacks":
      return "_kaleem_stacks";
    case "files":
      return "_files";
    case "text":
      return " ";
  }
}

function indented(columns: number, lines: readonly string[]): string {
  return lines.map((line) => `${" ".repeat(columns)}${line}`).join("\n");
}
