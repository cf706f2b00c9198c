/** `./kaleem completion bash|zsh`: prints a shell's completion of the program. Exit codes: see docs/exit-codes.md. */
import { Argument } from "commander";
import { runOperatorCommand } from "../command-line.ts";
import { bashCompletion } from "../completion/bash-completion.ts";
import { completeCommands } from "../completion/complete-commands.ts";
import { zshCompletion } from "../completion/zsh-completion.ts";
import { OperatorCommand } from "../operator-command.ts";

const scripts = { bash: bashCompletion, zsh: zshCompletion };

await runOperatorCommand(async () => {
  const command = new OperatorCommand("completion")
    .description(
      "Prints what makes a shell complete commands, flags and stack names: source <(./kaleem completion bash).",
    )
    .addArgument(new Argument("<shell>", "which shell").choices(Object.keys(scripts)))
    .parse();
  const [shell] = command.processedArgs as [keyof typeof scripts];
  const commands = await completeCommands(new Map([["operator/commands/completion.ts", command]]));
  process.stdout.write(scripts[shell](commands));
  return 0;
});
