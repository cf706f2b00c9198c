/**
 * `./kaleem COMMAND`: the one program. Finds the command's file and runs it with the arguments that follow.
 * Exit codes: the command's own; 2 for a word that is no command. See docs/exit-codes.md.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { exitCodes } from "../contract/exit-codes.ts";
import { repositoryRoot } from "../workstation/repository.ts";
import { chooseCommand, type ChosenCommand } from "./choose-command.ts";
import { runOperatorCommand } from "./command-line.ts";

const chosen: ChosenCommand[] = [];
await runOperatorCommand(async () => {
  chosen.push(await chooseCommand(process.argv.slice(2)));
  return exitCodes.ok;
});
// Outside: the command ends by an exit code of its own.
for (const { file, words } of chosen) {
  process.argv.splice(2, Infinity, ...words);
  await import(pathToFileURL(resolve(repositoryRoot, file)).href);
}
