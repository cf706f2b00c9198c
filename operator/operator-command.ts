import { Command, type Option } from "commander";
import { exitCodes, RecoveryError } from "../contract/exit-codes.ts";
import { isStackName, stackNameRule } from "./stack/stack-name.ts";

/** Thrown instead of running a command whose definition alone is wanted. */
export class OnlyDefined extends Error {
  constructor() {
    super("the command was defined, and was not meant to run");
    this.name = "OnlyDefined";
  }
}

/** The variable that gives `--stack` its default. */
export const stackVariable = "KALEEM_STACK";

let begun: OperatorCommand | null = null;
let definitionAlone = false;

function noteBegun(command: OperatorCommand): void {
  begun = command;
}

/** The command of this process; null before its arguments are looked at. */
export function begunCommand(): OperatorCommand | null {
  return begun;
}

/**
 * The command line of one of the program's commands, defined where the command is, and read from there by the help, the
 * completion and the tests. Beside what commander does: `--stack` takes its default from KALEEM_STACK and refuses what is no
 * stack's name, and the help says where the exit codes are explained.
 */
export class OperatorCommand extends Command {
  /** @param name as in `./kaleem NAME`; of a subcommand, its own alone */
  constructor(name?: string, isSubcommand = false) {
    super(isSubcommand || name === undefined ? name : `kaleem ${name}`);
    if (isSubcommand) return;
    this.exitOverride().addHelpText("afterAll", "\nExit codes: docs/exit-codes.md");
  }

  override createCommand(name?: string): OperatorCommand {
    return new OperatorCommand(name, true);
  }

  /**
   * A default other than `local` is the name of a stack that the command makes, fills or removes by itself: KALEEM_STACK, which
   * was set for other commands, then counts only when it names such a one.
   */
  override addOption(option: Option): this {
    if (option.long !== "--stack") return super.addOption(option);
    const own = option.defaultValue as string | undefined;
    option.env(stackVariable);
    if (own !== undefined && own !== "local")
      this.on("optionEnv:stack", (value: string) => refuseForeign(this, own, value));
    super.addOption(option);
    for (const event of ["option:stack", "optionEnv:stack"])
      this.on(event, (value: string) =>
        refuseName(event === "option:stack" ? "--stack" : stackVariable, value),
      );
    return this;
  }

  override parse(...given: Parameters<Command["parse"]>): this {
    this.#begin();
    return super.parse(...given);
  }

  override async parseAsync(...given: Parameters<Command["parseAsync"]>): Promise<this> {
    this.#begin();
    return super.parseAsync(...given);
  }

  #begin(): void {
    noteBegun(this);
    if (definitionAlone) throw new OnlyDefined();
  }
}

/**
 * What a command's file defines, without running it. One at a time, since the file hands it over while it is loaded; it is
 * loaded once in a process, so that it can be asked for only once.
 * @param load imports the file
 * @returns null when the file defines no command line
 */
export async function definitionOf(load: () => Promise<unknown>): Promise<OperatorCommand | null> {
  const before = begun;
  [begun, definitionAlone] = [null, true];
  try {
    await load();
    return begun;
  } finally {
    [begun, definitionAlone] = [before, false];
  }
}

function refuseName(from: string, value: string): void {
  if (isStackName(value)) return;
  throw new RecoveryError(
    exitCodes.usage,
    `${from}: expected a stack's name (${stackNameRule}), got ${JSON.stringify(value)}`,
  );
}

function refuseForeign(command: Command, own: string, value: string): void {
  if (value === own || value.startsWith(`${own}-`)) return;
  throw new RecoveryError(
    exitCodes.usage,
    `${stackVariable}: ${command.name()} fills or removes the stack that it runs on, and ${JSON.stringify(value)} was not made for that. ` +
      `Give --stack ${own}, or --stack ${value} if you mean it.`,
  );
}
