import { Command } from "commander";
import { listedCommands, purposes } from "./listed-commands.ts";

/** The file of a command, and what it is given. */
export interface ChosenCommand {
  readonly file: string;
  readonly words: readonly string[];
}

/**
 * Which command the words of a command line mean. `help NAME` means the command's own help.
 * @throws CommanderError when help was asked for and shown, or the first word is no command; then a similar one was named
 */
export async function chooseCommand(words: readonly string[]): Promise<ChosenCommand> {
  const chosen: ChosenCommand[] = [];
  const program = new Command("kaleem")
    .usage("COMMAND [options]")
    .description("Kaleem's platform as code, and the tools that bring it back after a total loss.")
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText("after", helpEnd);
  for (const purpose of purposes) {
    program.commandsGroup(`${purpose}:`);
    for (const { name, summary, file, leading = [] } of listedCommands.filter(
      (one) => one.purpose === purpose,
    ))
      program
        .command(name)
        .summary(summary)
        .description(summary)
        .argument("[words...]")
        .helpOption(false)
        .allowUnknownOption()
        .passThroughOptions()
        .action((rest: string[]) => {
          chosen.push({ file, words: [...leading, ...rest] });
        });
  }
  const [first, second, ...rest] = words;
  const asked = first !== "help" ? words : second === undefined ? ["--help"] : [second, ...rest, "--help"];
  await program.parseAsync(asked, { from: "user" });
  const [one] = chosen;
  // Commander ends by an error wherever no command was meant.
  if (one === undefined) throw new Error("kaleem: no command was chosen");
  return one;
}

const helpEnd = `
\`./kaleem COMMAND --help\` tells what a command takes. KALEEM_STACK is the default of --stack.
--json: one JSON document on stdout, errors too (docs/json.md). Exit codes: docs/exit-codes.md`;
