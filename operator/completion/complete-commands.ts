import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { repositoryRoot } from "../../workstation/repository.ts";
import { listedCommands } from "../listed-commands.ts";
import { definitionOf, type OperatorCommand } from "../operator-command.ts";
import { completedCommand, type CompletedCommand } from "./completed-command.ts";

/**
 * What there is to complete, read from the commands' own files.
 * @param known definitions that are there already, by file: that of the command that asks
 * @throws Error naming a file that defines no command line
 */
export async function completeCommands(
  known: ReadonlyMap<string, OperatorCommand> = new Map(),
): Promise<readonly CompletedCommand[]> {
  const definitions = new Map(known);
  const completed: CompletedCommand[] = [];
  for (const { name, summary, file } of listedCommands) {
    const definition =
      definitions.get(file) ??
      (await definitionOf(() => import(pathToFileURL(resolve(repositoryRoot, file)).href)));
    if (definition === null) throw new Error(`${file}: defines no OperatorCommand`);
    definitions.set(file, definition);
    completed.push(completedCommand(definition, name, summary));
  }
  return completed;
}
